/** When a sync asks again: within a run after a refusal, and from run to run. Also how old data may be. */

const MINUTE_MS = 60_000
const FIRST_PAUSE_MS = 1000
const MOST_PAUSE_MS = 60_000
/** Longer than this no single word of a server is waited for; the run ends and the next one goes on. */
const MOST_ASKED_MS = 5 * MINUTE_MS
const TRIES = { limited: 8, unavailable: 4 } as const
const JITTER = 0.1
const FIRST_RETRY_MS = 5 * MINUTE_MS
const FULL_EVERY_MS = 7 * 86_400_000

/** `limited`: asked to come later. `unavailable`: not answered. */
export type Refusal = 'limited' | 'unavailable'

interface Refused {
  readonly refusal: Refusal
  /** The how-manyth refusal of one call, from 1. */
  readonly attempt: number
  readonly retryAfterSeconds: number | null
  /** From 0 to 1. */
  readonly chance: number
}

/** The pause before the call is tried again; null: not again in this run. What the server asks for is never undercut. */
export function pauseAfter({ refusal, attempt, retryAfterSeconds, chance }: Refused): number | null {
  if (attempt >= TRIES[refusal]) return null
  const asked = (retryAfterSeconds ?? 0) * 1000
  if (asked > MOST_ASKED_MS) return null
  const own = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  return Math.round(Math.max(asked, asked > 0 ? 0 : own) * (1 + JITTER * chance))
}

/**
 * The pause before the next run: the schedule, a tenth more or less by chance, so that many do not ask at once. After
 * failures sooner at first (5, 10, 20 minutes ...), and never later than the schedule.
 */
export function nextRunIn({
  minutes,
  failures,
  chance,
}: {
  minutes: number
  failures: number
  chance: number
}): number {
  const schedule = minutes * MINUTE_MS
  const wanted = failures === 0 ? schedule : Math.min(schedule, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(wanted * (1 + JITTER * (2 * chance - 1)))
}

/** Whether a run has to read everything: the first one, and one a week, which finds what no change ever told of. */
export function isFullDue(lastFullAt: Date | null, now: Date): boolean {
  return lastFullAt === null || now.getTime() - lastFullAt.getTime() >= FULL_EVERY_MS
}

const FEW = 20
const SHARE = 0.2

/** Whether so many may be taken out because a whole pass did not meet them: a right that was lost looks just the same. */
export function mayRemove({ known, missing }: { known: number; missing: number }): boolean {
  return missing <= Math.max(FEW, known * SHARE)
}

export type FreshnessState = 'never' | 'fresh' | 'stale' | 'off'

interface Aged {
  readonly lastOkAt: Date | null
  readonly minutes: number
  readonly isEnabled: boolean
  readonly now: Date
}

/** Fresh is what came within two turns of the schedule. */
export function freshnessOf({ lastOkAt, minutes, isEnabled, now }: Aged): {
  state: FreshnessState
  ageSeconds: number | null
} {
  if (lastOkAt === null) return { state: isEnabled ? 'never' : 'off', ageSeconds: null }
  const ageMs = Math.max(0, now.getTime() - lastOkAt.getTime())
  const ageSeconds = Math.floor(ageMs / 1000)
  if (!isEnabled) return { state: 'off', ageSeconds }
  return { state: ageMs <= 2 * minutes * MINUTE_MS * (1 + JITTER) ? 'fresh' : 'stale', ageSeconds }
}

/** `HubSpot, 5 min old`; `HubSpot, 3 h old: it has not answered since`. */
export function freshnessWords(name: string, { state, ageSeconds }: ReturnType<typeof freshnessOf>): string {
  if (ageSeconds === null)
    return state === 'off' ? `${name}: switched off, nothing was read yet.` : `${name}: nothing was read yet.`
  const age = `${name}, ${ageWords(ageSeconds)} old`
  if (state === 'off') return `${age}: switched off.`
  return state === 'stale' ? `${age}: newer data could not be read.` : `${age}.`
}

function ageWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
