import type { CronTrigger } from '#domain/scaling/floor-windows.ts'

const YEARS = [0, 1]

/** KEDA's rule: a trigger is in force when its next end comes before its next start. Of several the greatest counts. */
export function cronReplicas(triggers: readonly CronTrigger[], atMs: number): number {
  return triggers
    .filter(({ start, end }) => nextMs(end, atMs) < nextMs(start, atMs))
    .reduce((most, { desiredReplicas }) => Math.max(most, desiredReplicas), 0)
}

/** The first instant after another that is of a day, a month, an hour and a minute. */
function nextMs(cron: string, atMs: number): number {
  const [minute = 0, hour = 0, day = 1, month = 1] = cron.split(' ').map(Number)
  const year = new Date(atMs).getUTCFullYear()
  const times = YEARS.map((more) => Date.UTC(year + more, month - 1, day, hour, minute))
  return times.find((time) => time > atMs) ?? Number.POSITIVE_INFINITY
}
