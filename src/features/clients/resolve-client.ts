import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { ClientNeeds } from './client-needs.ts'
import { findClientMatches } from './clients-store.ts'
import { findColleague } from './colleague-store.ts'

export type ResolvedClient =
  | { readonly kind: 'found'; readonly id: string }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

const CANDIDATES_SHOWN = 8

/** The one client in sight that a text means, the question which, or that there is none. */
export async function resolveClient(
  needs: Pick<ClientNeeds, 'database'>,
  principal: Principal,
  text: string,
): Promise<ResolvedClient> {
  const matches = await needs.database.read((handle) => findClientMatches(handle, principal.visible, text))
  const best = matches.filter((match) => match.rank === matches[0]?.rank)
  const [only] = best
  if (only === undefined) {
    const rep = await needs.database.read((handle) => findColleague(handle, principal.visible, text))
    if (rep !== undefined) return noClientButRep(rep)
    return {
      kind: 'nothing',
      reason: `There is no client called "${text}" that you may see.`,
      remedy: 'Give its name as it stands in the list of clients, or its id.',
    }
  }
  if (best.length === 1) return { kind: 'found', id: only.id }
  const more =
    best.length > CANDIDATES_SHOWN ? ` These are the first ${CANDIDATES_SHOWN}; a longer name narrows it.` : ''
  const candidates = best.slice(0, CANDIDATES_SHOWN).map((match) => ({
    kind: 'client' as const,
    id: match.id,
    label: match.industry === null ? match.name : `${match.name} · ${match.industry}`,
  }))
  return { kind: 'choice', question: `Which client do you mean by "${text}"?${more}`, candidates }
}

/** A person of the team is no client. */
function noClientButRep(name: string): ResolvedClient {
  return {
    kind: 'nothing',
    reason: `${name} is on your team, not a client.`,
    remedy: `Ask Marcus: "How is ${name} doing?" or "How is the pipeline of ${name}?"`,
  }
}
