import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

/** Whose clients are meant, as the asker said it. */
export interface Narrowing {
  readonly segment?: string | undefined
  readonly csm?: string | undefined
}

/** Clients `c` that a question is about, with the narrowing in words. */
export interface PortfolioScope {
  readonly visible: VisibleReps
  readonly asOf: Day
  readonly today: Day
  readonly clients: Sql
  readonly words: readonly string[]
}

export type ResolvedScope =
  | { readonly kind: 'found'; readonly scope: PortfolioScope }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

const CsmRow = z.object({ id: z.string(), name: z.string(), rank: z.int() })
const CANDIDATES_SHOWN = 8

/** The clients in sight that the narrowing leaves; a question when the name means several people. */
export async function resolveScope(
  handle: Handle,
  { segment, csm }: Narrowing,
  base: Pick<PortfolioScope, 'visible' | 'asOf' | 'today'>,
): Promise<ResolvedScope> {
  const parts: Sql[] = [visibleClients(base.visible)]
  const words: string[] = []
  if (csm !== undefined) {
    const found = await findCsms(handle, base.visible, csm)
    const best = found.filter((row) => row.rank === found[0]?.rank)
    const [only] = best
    if (only === undefined) return nobody(csm)
    if (best.length > 1) {
      const candidates = best
        .slice(0, CANDIDATES_SHOWN)
        .map(({ id, name }) => ({ kind: 'rep' as const, id, label: name }))
      return { kind: 'choice', question: `Whom do you mean by "${csm}"?`, candidates }
    }
    parts.push(sql`c.csm_rep_id = ${only.id}`)
    words.push(`clients of ${only.name}`)
  }
  if (segment !== undefined) {
    const wanted = segment.toLowerCase()
    parts.push(sql`(lower(c.segment) = ${wanted} or lower(c.industry) = ${wanted})`)
    words.push(`segment ${segment}`)
  }
  return { kind: 'found', scope: { ...base, clients: await settleClients(handle, base.visible, parts), words } }
}

/** Whose clients they are is searched for once, not by each statement anew; where all are in sight there is nothing to search. */
async function settleClients(handle: Handle, visible: VisibleReps, parts: readonly Sql[]): Promise<Sql> {
  const wanted = joinSql([...parts], ' and ')
  if (visible.kind === 'all') return wanted
  const rows = await handle.rows(z.object({ id: z.string() }), sql`select c.id from clients c where ${wanted}`)
  return sql`c.id = any(${rows.map((row) => row.id)}::text[])`
}

/** People who serve a client in sight; others must not show by being a choice. */
function findCsms(handle: Handle, visible: VisibleReps, text: string): Promise<z.infer<typeof CsmRow>[]> {
  const wanted = text.trim().toLowerCase()
  return handle.rows(
    CsmRow,
    sql`select r.id, r.name, (case when lower(r.id) = ${wanted} or lower(r.name) = ${wanted} then 0 else 1 end)::int as rank
      from reps r where (lower(r.id) = ${wanted} or strpos(lower(r.name), ${wanted}) > 0)
        and exists (select 1 from clients c where c.csm_rep_id = r.id and ${visibleClients(visible)})
      order by rank, r.name, r.id limit 20`,
  )
}

function nobody(name: string): ResolvedScope {
  return {
    kind: 'nothing',
    reason: `Nobody called "${name}" serves a client that you may see.`,
    remedy: 'Check the spelling, or ask for all clients.',
  }
}

/** What to say when the narrowing leaves no client. */
export function noClients(words: readonly string[]): SkillOutcome<never> {
  return words.length === 0
    ? {
        kind: 'nothing',
        reason: 'There are no clients that you may see.',
        remedy: 'Import clients, or ask for a wider view of the rows.',
      }
    : {
        kind: 'nothing',
        reason: `There are no clients for ${words.join(', ')} that you may see.`,
        remedy: 'Check the spelling, or ask for all clients.',
      }
}
