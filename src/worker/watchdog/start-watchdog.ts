import { fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missedProbes } from '#domain/objectives/missed-probes.ts'
import type { Clock } from '#domain/clock.ts'
import type { Config } from '#platform/config/config.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { Objectives } from '#features/watch/index.ts'
import { OutageNote, WatchdogReport, type WatchdogOrder } from './watchdog-message.ts'

interface WatchdogNeeds {
  readonly config: Pick<Config, 'home' | 'mail' | 'notify' | 'watchdog'>
  readonly log: Log
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'probeMisses'>
  readonly objectives: Pick<Objectives, 'note' | 'record'>
  readonly owners: () => Promise<readonly { readonly name: string; readonly email: string }[]>
  /** Where the server listens, on this machine. */
  readonly url: string
  readonly publicUrl: string
  readonly replica: string
}

const PROCESS = join(import.meta.dirname, 'watchdog-process.ts')
const TELL_OWNERS_MS = 5 * 60_000
const MOST_WORDS_BYTES = 1_000_000

/**
 * Starts the second process that watches this one from outside, by HTTP, and counts what it sees. Answers how to stop it: after that
 * nothing is told of this server. A watch that cannot be had is warned of: a server without one is better than none.
 */
export async function startWatchdog(needs: WatchdogNeeds): Promise<() => void> {
  const noteFile = join(needs.config.home, 'outage.json')
  try {
    await takeNote(needs, noteFile)
    // Whoever is told is known first: a process that was begun without it would wait for ever, and we for its end.
    return await openWatchdog(needs, noteFile, await watchOrder(needs, noteFile))
  } catch (error) {
    needs.log.warn({ error }, 'the second process could not be started; nobody would tell that this one is down')
    return () => undefined
  }
}

async function openWatchdog(needs: WatchdogNeeds, noteFile: string, first: WatchdogOrder): Promise<() => void> {
  const { config, log, metrics, objectives } = needs
  // A group of its own: what ends ours must not end whoever tells of it.
  // Its words go to a file: with our streams in its hands nobody would see ours end.
  const words = await openWords(join(config.home, 'watchdog.log'))
  const child = fork(PROCESS, [], {
    detached: true,
    stdio: ['ignore', words, words, 'ipc'],
    env: config.watchdog.inherited,
    // It probes and waits: the space for what is new need not grow.
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'],
  })
  closeSync(words)
  let isLeaving = false
  const order = async (): Promise<void> => {
    if (child.connected) child.send(await watchOrder(needs, noteFile))
  }
  const sayLate = (error: unknown): void => log.warn({ error }, 'the second process goes by what it knew before')
  child.on('message', (message) => {
    const { isGood, misses } = WatchdogReport.parse(message)
    objectives.note({ objective: 'availability', isGood })
    metrics.probeMisses.set(misses)
  })
  child.on('error', (error) =>
    log.warn({ error }, 'the second process does not run; nobody would tell that this one is down'),
  )
  child.on('exit', (code) => {
    if (!isLeaving) log.warn({ code }, 'the second process ended; nobody would tell that this one is down')
  })
  if (child.connected) child.send(first)
  const again = setInterval(() => void order().catch(sayLate), TELL_OWNERS_MS)
  again.unref()
  return () => {
    isLeaving = true
    clearInterval(again)
    const leave: WatchdogOrder = { type: 'leave' }
    if (child.connected) child.send(leave, () => child.disconnect())
    child.unref()
  }
}

/** After those of the process before, which may have told why it ended, unless they have become too many. */
async function openWords(path: string): Promise<number> {
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  return openSync(path, size > MOST_WORDS_BYTES ? 'w' : 'a', 0o600)
}

async function watchOrder(needs: WatchdogNeeds, noteFile: string): Promise<WatchdogOrder> {
  const { config, url, publicUrl, replica } = needs
  const { smtpUrl, from } = config.mail
  return {
    type: 'watch',
    url,
    publicUrl,
    replica,
    webhookUrl: config.notify.webhookUrl?.reveal() ?? null,
    smtp: smtpUrl && from ? { url: smtpUrl.reveal(), from } : null,
    recipients: [...(await needs.owners())],
    noteFile,
  }
}

/** An outage that only a new start ended counts in full, as the probes that would have failed, each at its time. */
async function takeNote({ clock, log, objectives }: WatchdogNeeds, noteFile: string): Promise<void> {
  const text = await readFile(noteFile, 'utf8').catch(() => null)
  if (text === null) return
  const note = OutageNote.safeParse(parsed(text))
  if (!note.success) {
    log.warn('the note of an outage could not be read')
    return rm(noteFile, { force: true })
  }
  // It ends now, also for a later start: the note stays until what it says is stored.
  const { replica, since, until = clock.now().toISOString(), detail } = note.data
  await writeFile(noteFile, JSON.stringify({ ...note.data, until }), { mode: 0o600 })
  const [sinceMs, untilMs] = [Date.parse(since), Date.parse(until)]
  const missed = missedProbes(sinceMs, untilMs)
  await objectives.record({ objective: 'availability', isGood: false }, missed, `outage of ${replica} since ${since}`)
  await rm(noteFile, { force: true })
  log.warn({ downMs: Math.max(0, untilMs - sinceMs), detail }, 'the server was down')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A disk that was full left half of it.
    return null
  }
}
