import type { Command } from 'commander'
import { AlertReport, AlertTrial } from '#contract/watch.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Ask } from './running-house.ts'

/** Opens the way to the Sophia that runs: she alone knows how her alerts stand. */
export type OpenAlerts = () => Promise<{ ask: Ask; close(): Promise<void> }>

interface JsonOption {
  readonly json?: boolean
}

type Rule = AlertReport['rules'][number]

/** `sophia alerts rules|test`. */
export function addAlertsCommand(program: Command, open: OpenAlerts): void {
  const command = program.command('alerts').description('what wakes somebody: look at the rules, try the ways')
  command
    .command('rules')
    .description('every rule with its threshold as the calendar has it now, and how it stands')
    .option('--json', 'print JSON, one rule per line')
    .action((options: JsonOption) =>
      withRunning(open, async (ask) => {
        const { rules, channels } = await ask(AlertReport, 'GET /api/alerts')
        if (options.json) for (const rule of rules) console.log(JSON.stringify(rule))
        else console.log([...rules.map(toLine), waysLine(channels)].join('\n'))
      }),
    )
  command
    .command('test')
    .description('send a message for trial by every way that is set up')
    .option('--json', 'print JSON')
    .action((options: JsonOption) =>
      withRunning(open, async (ask) => {
        const { channels } = await ask(AlertTrial, 'POST /api/alerts/try', {})
        if (options.json) console.log(JSON.stringify({ channels }))
        else
          for (const { channel, isSent, detail } of channels)
            console.log(isSent ? `${channel}: sent` : `${channel}: ${detail}`)
        if (channels.length === 0) throw new SophiaError('INVALID_INPUT', { detail: waysLine([]) })
        if (channels.some(({ isSent }) => !isSent))
          throw new SophiaError('UNREACHABLE', { detail: 'Not every way works.' })
      }),
    )
}

async function withRunning(open: OpenAlerts, work: (ask: Ask) => Promise<void>): Promise<void> {
  const { ask, close } = await open()
  try {
    await work(ask)
  } finally {
    await close()
  }
}

function toLine({ id, state, severity, threshold, baseThreshold, forSeconds, alerts, silences }: Rule): string {
  const moved = threshold === baseThreshold ? '' : ` (${baseThreshold} without the calendar)`
  const which = alerts.map(({ subject }) => subject).filter((subject) => subject !== '')
  return [
    state === 'inactive' ? 'quiet' : state,
    id,
    severity,
    `above ${threshold}${moved}${forSeconds > 0 ? ` for ${forSeconds} s` : ''}`,
    ...(which.length > 0 ? [which.join(', ')] : []),
    ...silences.map(({ until, reason }) => `silenced until ${until}: ${reason}`),
  ].join('  ')
}

function waysLine(channels: readonly string[]): string {
  if (channels.length > 0) return `Told by ${channels.join(' and ')}.`
  return 'Nobody is told: set SOPHIA_NOTIFY_WEBHOOK or SMTP_URL.'
}
