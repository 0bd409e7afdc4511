import type { Recovery } from '#contract/recoveries.ts'
import { partWords } from './watch-words.ts'

const PLAIN: Readonly<Record<Exclude<Recovery['action'], 'part-back' | 'restarts-slowed'>, string>> = {
  'breaker-opened': 'A connection failed again and again, and was left alone for a while',
  'cache-emptied': 'Memory was short: what the cache of the process held was let go',
  'database-restarted': 'PostgreSQL had ended and was started again',
  'read-only-began': 'The disk was nearly full: nothing new was stored from then on',
  'read-only-ended': 'The disk had room again: storing went on',
  'turn-taken-over': 'An answer was taken over and went on',
}

/** What happened, as a sentence without its end. */
export function recoveryWords({ action, detail }: Pick<Recovery, 'action' | 'detail'>): string {
  if (action === 'part-back') return `${partWords(detail)}: works again`
  if (action === 'restarts-slowed')
    return `${partWords(detail)}: ended again and again, and is given a minute before each start`
  return PLAIN[action]
}

/** What the words do not say yet. */
export function recoveryDetail({ action, detail }: Pick<Recovery, 'action' | 'detail'>): string {
  return action === 'part-back' || action === 'restarts-slowed' ? '' : detail
}
