import type { VisibleReps } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findReps } from './reps-store.ts'

const CANDIDATES_SHOWN = 8

export type ResolvedRep =
  | { readonly kind: 'found'; readonly id: string; readonly name: string }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

/** The one rep in sight whom a text means, or the question who. Somebody out of sight is nobody. */
export async function resolveRep(handle: Handle, visible: VisibleReps, text: string): Promise<ResolvedRep> {
  const found = await findReps(handle, visible, text)
  // "noors plan": without an apostrophe the ending is part of the word.
  const reps =
    found.length === 0 && /\p{L}{3}s$/u.test(text) ? await findReps(handle, visible, text.slice(0, -1)) : found
  const [only] = reps
  if (only === undefined) {
    return {
      kind: 'nothing',
      reason: `There is no rep called "${text}" whom you may see.`,
      remedy: 'Check the spelling. Members see their own performance, leads that of their team.',
    }
  }
  if (reps.length === 1) return { kind: 'found', ...only }
  const candidates = reps.slice(0, CANDIDATES_SHOWN).map(({ id, name }) => ({ kind: 'rep' as const, id, label: name }))
  return { kind: 'choice', question: `Which rep do you mean by "${text}"?`, candidates }
}
