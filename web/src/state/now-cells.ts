import type { OperationsReport } from '#contract/watch.ts'
import { msWords, rateWords, shareWords } from './server-words.ts'
import { countWords, moneyWords, perSecondWords, plural } from './words.ts'

type Now = NonNullable<OperationsReport['now']>

export interface NowCell {
  readonly label: string
  readonly value: string
  readonly note: string
  /** Where the note is of something that is not well. */
  readonly signal: 'watch' | 'risk' | null
}

const UNKNOWN = 'unknown'
const UNSEEN = 'nobody looked'
/** What objectives promise of latency and memory. */
export const LATENCY_GOAL_SECONDS = 0.1
const MEMORY_GOAL = 0.8

/** The figures of the last minute with what stands beside each: nothing is said of what was not measured. */
export function nowCells(now: Now): readonly NowCell[] {
  return [requests(now), latency(now), firstWords(now), answers(now), sockets(now), pool(now), kept(now), memory(now)]
}

function requests({ requests: count, failed, shed, seconds }: Now): NowCell {
  const value = perSecondWords(count / seconds)
  if (count === 0) return { label: 'Requests', value, note: 'none in the last minute', signal: null }
  const refused = shed > 0 ? `, ${countWords(shed)} as too many` : ''
  const note = failed === 0 ? 'none failed' : `${rateWords(failed / count)} failed${refused}`
  return { label: 'Requests', value, note, signal: failed === 0 ? null : 'risk' }
}

function latency({ latencyP50, latencyP95 }: Now): NowCell {
  const label = 'Latency, P95'
  if (latencyP95 === null) return { label, value: UNKNOWN, note: 'nothing was answered', signal: null }
  return {
    label,
    value: `≈ ${msWords(latencyP95 * 1000)}`,
    note: `half within ${msWords((latencyP50 ?? latencyP95) * 1000)}; promised: ${msWords(LATENCY_GOAL_SECONDS * 1000)}`,
    signal: latencyP95 > LATENCY_GOAL_SECONDS ? 'watch' : null,
  }
}

function firstWords({ firstTokenP95, turns, turnsFailed }: Now): NowCell {
  const ended = turns === 0 ? 'no answer ended' : `${plural(turns, 'answer')} ended`
  const failed = turnsFailed > 0 ? `, ${countWords(turnsFailed)} failed` : ''
  return {
    label: 'First words, P95',
    value: firstTokenP95 === null ? UNKNOWN : `≈ ${msWords(firstTokenP95 * 1000)}`,
    note: `${ended}${failed}`,
    signal: turnsFailed > 0 ? 'watch' : null,
  }
}

function answers({ turnsActive, turnsQueued }: Now): NowCell {
  return {
    label: 'Answers at work',
    value: turnsActive === null ? UNKNOWN : countWords(turnsActive),
    note: turnsQueued === null ? UNSEEN : turnsQueued === 0 ? 'none waits' : `${countWords(turnsQueued)} wait`,
    signal: (turnsQueued ?? 0) > 0 ? 'watch' : null,
  }
}

function sockets({ sockets: count }: Now): NowCell {
  return {
    label: 'Sockets',
    value: count === null ? UNKNOWN : countWords(count),
    note: 'open, all processes together',
    signal: null,
  }
}

function pool({ poolBusy, poolWaiting }: Now): NowCell {
  const waits =
    poolWaiting === 0 ? 'nothing waits for a connection' : `${countWords(poolWaiting ?? 0)} wait for a connection`
  return {
    label: 'PostgreSQL',
    value: poolBusy === null ? UNKNOWN : `${countWords(poolBusy)} busy`,
    note: poolWaiting === null ? UNSEEN : waits,
    signal: (poolWaiting ?? 0) > 0 ? 'watch' : null,
  }
}

function kept({ cacheKept, cacheMade, saved }: Now): NowCell {
  const asked = cacheKept + cacheMade
  return {
    label: 'From what was kept',
    value: asked === 0 ? 'not asked' : shareWords(cacheKept / asked),
    note: asked === 0 ? 'in the last minute' : `of ${countWords(asked)} questions; ${moneyWords(saved)} saved`,
    signal: null,
  }
}

function memory({ memory: share, eventLoopSeconds }: Now): NowCell {
  const late = eventLoopSeconds === null ? '' : `; event loop late by ${msWords(eventLoopSeconds * 1000)}`
  return {
    label: 'Memory',
    value: share === null ? UNKNOWN : shareWords(share),
    note: `of the worst process${late}`,
    signal: share !== null && share > MEMORY_GOAL ? 'watch' : null,
  }
}
