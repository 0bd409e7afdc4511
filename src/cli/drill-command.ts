import { Argument, type Command } from 'commander'
import { DRILL_NAMES, unjudgedPromises, type DrillName } from '#domain/drills/drill.ts'
import { DRILL_SCRIPTS } from '#domain/drills/scripts.ts'
import type { Principal } from '#domain/permission.ts'
import type { Drills, DrillOutcome } from '#features/drills/index.ts'
import { EXIT } from './exit-code.ts'

export type OpenDrills = () => Promise<{
  readonly drills: Pick<Drills, 'perform'>
  readonly principal: Principal
  close(): Promise<void>
}>

/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

interface JsonOption {
  readonly json?: boolean
}

/** `sophia drill <name>|all`. */
export function addDrillCommand(program: Command, open: OpenDrills): void {
  program
    .command('drill')
    .description('rehearse a disaster on a scratch copy, which is gone afterwards; what is stored here is not touched')
    .addArgument(new Argument('<name>', 'which one').choices([...DRILL_NAMES, 'all']))
    .option('--json', 'print JSON, one drill per line')
    .action(async (wanted: string, options: JsonOption) => {
      const { drills, principal, close } = await open()
      const stopping = new AbortController()
      const stop = (): void => {
        if (!stopping.signal.aborted) process.stderr.write('Stopping: what was started is ended and deleted first.\n')
        stopping.abort()
      }
      // For as long as it lasts: a second one must not leave the copy behind.
      for (const name of SIGNALS) process.on(name, stop)
      try {
        const names = DRILL_NAMES.filter((name) => wanted === 'all' || name === wanted)
        const verdicts: DrillOutcome['verdict'][] = []
        for (const name of names) {
          if (stopping.signal.aborted) break
          verdicts.push(await performOne({ drills, principal, signal: stopping.signal }, name, options))
        }
        process.exitCode = exitCodeFor(verdicts, stopping.signal.aborted)
      } finally {
        await close()
        for (const name of SIGNALS) process.off(name, stop)
      }
    })
}

interface Performing {
  readonly drills: Pick<Drills, 'perform'>
  readonly principal: Principal
  readonly signal: AbortSignal
}

async function performOne(
  performing: Performing,
  name: DrillName,
  options: JsonOption,
): Promise<DrillOutcome['verdict']> {
  const { drills, principal, signal } = performing
  const beganMs = performance.now()
  const onStep = (text: string): void => {
    if (!options.json) console.log(`${seconds(performance.now() - beganMs).padStart(7)}  ${text}`)
  }
  if (!options.json) console.log(name)
  const outcome = await drills.perform({ principal }, { name, signal, onStep })
  const { promises } = DRILL_SCRIPTS[name]
  const judged = { promises, notJudged: unjudgedPromises(promises) }
  console.log(options.json ? JSON.stringify({ name, ...judged, ...outcome }) : toLines(name, outcome).join('\n'))
  return outcome.verdict
}

/** What was not run has proven nothing. */
function exitCodeFor(verdicts: readonly DrillOutcome['verdict'][], isStopped: boolean): number {
  if (isStopped || verdicts.some((verdict) => verdict === 'broken' || verdict === 'inconclusive')) return EXIT.failed
  return verdicts.includes('not-run') ? EXIT.unavailable : EXIT.ok
}

const WORDS = {
  held: 'held',
  broken: 'BROKEN',
  'not-run': 'not run',
  inconclusive: 'inconclusive',
} as const satisfies Record<DrillOutcome['verdict'], string>

function toLines(name: DrillName, { verdict, reasons, figures }: DrillOutcome): string[] {
  const { promises } = DRILL_SCRIPTS[name]
  const lines = [
    `  ${WORDS[verdict]}`,
    ...reasons.map((reason) => `  ${reason}`),
    `  judged by ${promises.join(', ')}; says nothing of ${unjudgedPromises(promises).join(', ')}`,
  ]
  if (!figures) return lines
  const { detectedBy, privacy, reading, sinceBackup } = figures
  return [
    ...lines,
    `  deployed in ${seconds(figures.deployMs)}, noticed after ${seconds(figures.detectionMs)}${detectedBy === null ? '' : ` (${detectedBy})`}`,
    `  answered as before after ${seconds(figures.recoveryMs)}, whole after ${seconds(figures.wholeMs)}`,
    `  ${figures.acknowledged} acknowledged, ${figures.lost} lost, ${figures.duplicated} doubled, ${figures.unended} without an end${sinceBackup === null ? '' : `, ${sinceBackup} gone that came too late to be kept`}`,
    `  ${figures.takenOver} taken over, longest wait ${seconds(figures.longestWaitMs)}`,
    `  ${figures.failedRequests} of ${figures.requests} requests failed, 95 % within ${figures.requestP95Ms ?? '?'} ms`,
    ...(reading
      ? [
          `  ${reading.followed} answers read by stream, resumed ${reading.resumed} times: ${reading.gaps} gaps, ${reading.repeats} repeats, ${reading.unread} without their end`,
        ]
      : []),
    ...(privacy
      ? [`  ${privacy.overheard} of ${privacy.looked} answers held what another member said in private`]
      : []),
  ]
}

function seconds(ms: number | null): string {
  return ms === null ? 'unknown' : `${(ms / 1000).toFixed(1)} s`
}
