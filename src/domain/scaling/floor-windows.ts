/** A stretch in which the business calendar asks for more replicas than the least there are. */
export interface FloorWindow {
  readonly startMs: number
  readonly endMs: number
  readonly replicas: number
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
  /** Replicas there are in any case, and the most there may be. */
  readonly min: number
  readonly max: number
}

const MINUTE_MS = 60_000

/** The calendar's floor ahead, to the minute; a floor that moves is a stretch for each of its steps. */
export function listFloorWindows(
  floorAt: (atMs: number) => number,
  { fromMs, toMs, min, max }: Span,
): readonly FloorWindow[] {
  const windows: FloorWindow[] = []
  for (let atMs = fromMs; atMs < toMs; atMs += MINUTE_MS) {
    const replicas = Math.min(max, Math.ceil(floorAt(atMs)))
    if (replicas <= min) continue
    const last = windows.at(-1)
    const endMs = atMs + MINUTE_MS
    if (last?.endMs === atMs && last.replicas === replicas) windows[windows.length - 1] = { ...last, endMs }
    else windows.push({ startMs: atMs, endMs, replicas })
  }
  return windows
}

/** As KEDA's `cron` scaler takes it. It knows no years: what is past comes back after one, so it is to be made anew before. */
export interface CronTrigger {
  readonly timezone: 'UTC'
  readonly start: string
  readonly end: string
  readonly desiredReplicas: number
}

/** `aheadMs` before the stretch begins, so that replicas answer when it does. */
export function toCronTrigger({ startMs, endMs, replicas }: FloorWindow, aheadMs: number): CronTrigger {
  return {
    timezone: 'UTC',
    start: cronMinute(startMs - aheadMs),
    end: cronMinute(endMs),
    desiredReplicas: replicas,
  }
}

/** Minute, hour, day and month; any day of the week. */
function cronMinute(atMs: number): string {
  const at = new Date(atMs)
  return `${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`
}
