import { FLEETING_FIX } from '#domain/backup/fleeting-home.ts'
import { minuteText } from '#domain/day.ts'
import { isOverdue } from '#domain/backup/next-backup.ts'
import type { Observation } from '../health.ts'
import type { ScheduleState } from './read-schedule.ts'

const NONE_HERE = 'This process makes none, as its home goes with it.'

interface Looked {
  readonly now: Date
  /** This process makes none, as its home goes with it: a timer elsewhere has to. */
  readonly isFleeting: boolean
}

/** How backups by schedule stand, for /health. */
export function observeSchedule({ verified, since, nextAt }: ScheduleState, { now, isFleeting }: Looked): Observation {
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
  const failed = last
    ? ` The try of ${minuteText(last.started_at)} on ${last.host} failed: ${last.detail ?? 'unknown why.'}`
    : ''
  if (isOverdue(nextAt.getTime(), now.getTime()))
    return {
      state: 'degraded',
      detail: `${proven}${failed} The one due ${minuteText(nextAt)} was not made${isFleeting ? `. ${NONE_HERE} ${FLEETING_FIX}` : ': look whether a process with the worker door runs.'}`,
    }
  return {
    state: last ? 'degraded' : 'ok',
    detail: `${proven}${failed} The next is due ${minuteText(nextAt)}.${isFleeting ? ` ${NONE_HERE}` : ''}`,
  }
}
