import { minuteText } from '#domain/day.ts'
import { isOverdue } from '#domain/backup/next-backup.ts'
import type { Observation } from '../health.ts'
import type { ScheduleState } from './read-schedule.ts'

/** How backups by schedule stand, for /health. */
export function observeSchedule({ verified, since, nextAt }: ScheduleState, now: Date): Observation {
  const [last] = since
  const proven = verified
    ? `The last verified backup was begun ${minuteText(verified.started_at)} on ${verified.host}.`
    : 'None was made by schedule so far.'
  if (last?.status === 'running')
    return {
      // A try after one that failed has yet to show that it does better.
      state: since.length > 1 ? 'degraded' : 'ok',
      detail: `${proven} One is being made since ${minuteText(last.started_at)} on ${last.host}.`,
    }
  if (last)
    return {
      state: 'degraded',
      detail: `${proven} The try of ${minuteText(last.started_at)} on ${last.host} failed: ${last.detail ?? 'unknown why.'} The next is due ${minuteText(nextAt)}.`,
    }
  if (isOverdue(nextAt.getTime(), now.getTime()))
    return {
      state: 'degraded',
      detail: `${proven} The one due ${minuteText(nextAt)} was not made: look whether a process with the worker door runs.`,
    }
  return { state: 'ok', detail: `${proven} The next is due ${minuteText(nextAt)}.` }
}
