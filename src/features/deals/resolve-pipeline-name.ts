import type { VisibleReps } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findPipelineNames, type PipelineName } from './pipeline-names-store.ts'
import type { PipelineFilter } from './pipeline-store.ts'

export type ResolvedName =
  | { readonly kind: 'found'; readonly filter: PipelineFilter; readonly words: string }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

/** Whose or which deals a name means when the asker did not say whether it is a rep, manager, product, segment or client. */
export async function resolvePipelineName(
  handle: Handle,
  visible: VisibleReps,
  { text, kinds }: { readonly text: string; readonly kinds?: readonly PipelineName['kind'][] },
): Promise<ResolvedName> {
  const matches = oneRole(await findSpelt(handle, visible, text)).filter(({ kind }) => kinds?.includes(kind) ?? true)
  const [only] = matches
  if (only === undefined) {
    return {
      kind: 'nothing',
      reason: `There is no ${kinds?.join(' or ') ?? 'rep, manager, product, segment or client'} called "${text}" among the deals you may see.`,
      remedy: 'Check the spelling, or ask for the whole pipeline.',
    }
  }
  if (matches.length === 1) return { kind: 'found', filter: filterBy(only), words: `${only.kind} ${only.name}` }
  const candidates = matches.flatMap(({ kind, id, name }) =>
    kind === 'rep' || kind === 'product' || kind === 'client' ? [{ kind, id, label: `${name} · ${kind}` }] : [],
  )
  return { kind: 'choice', question: `Whom or what do you mean by "${text}"?`, candidates }
}

/** "noors deals": without an apostrophe the ending is part of the word. */
async function findSpelt(handle: Handle, visible: VisibleReps, text: string): Promise<PipelineName[]> {
  const found = await findPipelineNames(handle, visible, text)
  return found.length === 0 && /\p{L}{3}s$/u.test(text) ? findPipelineNames(handle, visible, text.slice(0, -1)) : found
}

/** Somebody who both sells and leads is taken as the rep: the team is asked for as a team. */
function oneRole(matches: readonly PipelineName[]): PipelineName[] {
  return matches.filter(
    (match) => match.kind !== 'manager' || !matches.some((other) => other.kind === 'rep' && other.name === match.name),
  )
}

function filterBy({ kind, id, name }: PipelineName): PipelineFilter {
  switch (kind) {
    case 'rep':
      return { repId: id }
    case 'client':
      return { clientId: id }
    case 'product':
      return { product: name }
    case 'manager':
      return { manager: name }
    case 'segment':
      return { segment: name }
  }
}
