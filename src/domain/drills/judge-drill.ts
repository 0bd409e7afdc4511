import type { DrillFigures, DrillScript, DrillVerdict } from './drill.ts'
import { DRILL_TARGETS, standingOf } from './targets.ts'

export interface Judgement {
  readonly verdict: Extract<DrillVerdict, 'held' | 'broken'>
  /** What did not hold, one sentence each; empty when all did. */
  readonly reasons: readonly string[]
}

/** Holds what was seen against the promises and the targets. Whatever is not known to have held has not. */
export function judgeDrill(
  script: Pick<DrillScript, 'signs' | 'mayFail' | 'promises'>,
  figures: DrillFigures,
): Judgement {
  const { promises } = script
  const reasons = [
    ...brokenPromises(script, figures),
    ...(promises.includes('A3') ? faultsOfReading(figures) : []),
    ...(promises.includes('A5') ? faultsOfPrivacy(figures) : []),
    ...missedTargets(script, figures),
  ]
  return { verdict: reasons.length === 0 ? 'held' : 'broken', reasons }
}

function brokenPromises({ mayFail }: Pick<DrillScript, 'mayFail'>, figures: DrillFigures): string[] {
  const { acknowledged, duplicated, failedRequests, lost, requests, unended } = figures
  const reasons: string[] = []
  if (acknowledged === 0) reasons.push('No message was acknowledged, so that nothing is known of loss.')
  if (lost > 0) reasons.push(`A6: ${lost} of ${acknowledged} acknowledged messages are lost.`)
  if (duplicated > 0) reasons.push(`A1: ${duplicated} messages or answers are stored more than once.`)
  if (unended > 0) reasons.push(`A2: ${unended} questions had no end two minutes after the fault's.`)
  if (failedRequests > 0 && !mayFail) reasons.push(`A7: ${failedRequests} of ${requests} requests failed.`)
  return reasons
}

function faultsOfReading({ reading }: DrillFigures): string[] {
  if (!reading || reading.followed === 0) return ['No answer was read by its stream, so that nothing is known of A3.']
  const { gaps, repeats, unread } = reading
  const reasons: string[] = []
  if (gaps > 0) reasons.push(`A3: streams left out events ${gaps} times without a word.`)
  if (repeats > 0) reasons.push(`A3: streams told ${repeats} events twice.`)
  if (unread > 0) reasons.push(`A3: ${unread} answers that had ended were not told to their ends.`)
  return reasons
}

function faultsOfPrivacy({ privacy }: DrillFigures): string[] {
  if (!privacy || privacy.said === 0 || privacy.looked === 0)
    return ['No other member was acknowledged, so that nothing is known of A5.']
  const { overheard } = privacy
  return overheard > 0 ? [`A5: ${overheard} answers held what another member had said in private.`] : []
}

function missedTargets({ signs }: Pick<DrillScript, 'signs'>, figures: DrillFigures): string[] {
  const { deployMs, detectionMs, recoveryMs, wholeMs } = figures
  const reasons: string[] = []
  if (signs.length > 0 && standingOf(detectionMs, DRILL_TARGETS.detection) === 'unknown')
    reasons.push('Nothing in the deployment noticed it.')
  if (standingOf(detectionMs, DRILL_TARGETS.detection) === 'missed') reasons.push('It was noticed after 30 s.')
  if (recoveryMs === null) reasons.push('Questions were not answered again as before within two minutes.')
  if (standingOf(recoveryMs, DRILL_TARGETS.recovery) === 'missed')
    reasons.push('Questions were answered as before only after two minutes.')
  if (wholeMs === null) reasons.push('Not every part was as before in the end.')
  if (standingOf(deployMs, DRILL_TARGETS.deploy) === 'missed') reasons.push('The deployment took over five minutes.')
  return reasons
}
