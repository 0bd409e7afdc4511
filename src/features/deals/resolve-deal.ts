import type { VisibleReps } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findLargestDeal } from './pipeline-names-store.ts'
import { findDealMatches, type DealMatch } from './deal-names-store.ts'

const CANDIDATES_SHOWN = 8
/** Up to here the text is the id or stands in a name; behind it the two only share words. */
const NAMED_RANK = 4
/** A deal may be asked for by its size instead of its name. */
const LARGEST = /^(biggest|largest|most valuable|top)( open)? \p{L}+$/iu

export type ResolvedDeal =
  | { readonly kind: 'found'; readonly id: string }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

/**
 * The one deal a text means, or the question which; open deals win over decided ones that match as well. To be written
 * to, a deal must be named: a guess by shared words is asked about.
 */
export async function resolveDeal(
  handle: Handle,
  visible: VisibleReps,
  { text, use }: { readonly text: string; readonly use: 'read' | 'write' },
): Promise<ResolvedDeal> {
  if (LARGEST.test(text.trim())) {
    const largest = await findLargestDeal(handle, visible)
    if (largest !== undefined) return { kind: 'found', id: largest }
  }
  const matches = await findDealMatches(handle, visible, text)
  const best = matches.filter((match) => match.rank === matches[0]?.rank)
  const open = best.filter((match) => match.status === 'open')
  const chosen = open.length > 0 ? open : best
  const [only] = chosen
  if (only === undefined) {
    return {
      kind: 'nothing',
      reason: `There is no deal called "${text}" that you may see.`,
      remedy: 'Give its name as it stands in the list of deals, or its id.',
    }
  }
  if (chosen.length === 1 && (only.rank <= NAMED_RANK || use === 'read')) return { kind: 'found', id: only.id }
  const more =
    chosen.length > CANDIDATES_SHOWN
      ? ` These are the first ${CANDIDATES_SHOWN}; a longer name or the id narrows it.`
      : ''
  const candidates = chosen
    .slice(0, CANDIDATES_SHOWN)
    .map((match) => ({ kind: 'deal' as const, id: match.id, label: labelOf(match) }))
  return { kind: 'choice', question: `Which deal do you mean by "${text}"?${more}`, candidates }
}

function labelOf({ name, clientName, stage, repName }: DealMatch): string {
  const client = clientName !== null && !name.includes(clientName) ? clientName : null
  return [name, [client, stage, repName].filter((part) => part !== null).join(', ')].join(' · ')
}
