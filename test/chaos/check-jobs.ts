import { checkOnce } from './check-effects.ts'
import type { Breach, Evidence, StoredDraft } from './history.ts'

/** How a mail is given back of which nobody knows whether it left. */
const SAYS_UNKNOWN = /may have been sent/i

/**
 * I9: a mail that its member let go arrives once, or is given back to them with what is known: that it was not taken, or that it may
 * have been sent. What nobody let go stays.
 */
export function checkJobs({ history, stored, observed }: Evidence): Breach[] {
  const arrived = new Map(observed.jobs.map(({ key, count }) => [key, count]))
  const letGo = new Set(history.flatMap((entry) => (entry.type === 'let-go' ? [entry.draftId] : [])))
  const known = new Set(stored.drafts.map(({ id }) => id))
  const faults = stored.drafts.flatMap((draft) => {
    const fault = faultOf(draft, (arrived.get(draft.id) ?? 0) > 0, letGo.has(draft.id))
    return fault === undefined ? [] : [`mail ${draft.id} ${fault}`]
  })
  const strange = [...arrived.keys()]
    .filter((id) => !known.has(id))
    .map((id) => `mail ${id} arrived and nobody wrote it`)
  const breaches = [...faults, ...strange].map((what): Breach => ({ invariant: 'I9', what }))
  return [...checkOnce('I9', 'the effect of job', observed.jobs), ...breaches]
}

function faultOf({ status, failure }: StoredDraft, hasArrived: boolean, isLetGo: boolean): string | undefined {
  switch (status) {
    case 'sent':
      return hasArrived ? undefined : 'is said to be sent and never arrived'
    case 'failed':
      return hasArrived && !SAYS_UNKNOWN.test(failure ?? '')
        ? `arrived, and its member was told: ${failure}`
        : undefined
    case 'approved':
      return 'was let go and neither left nor was given back'
    default:
      if (hasArrived) return `arrived and is ${status}`
      return isLetGo ? `was let go, and that is lost: it is ${status}` : undefined
  }
}
