import { z } from 'zod'
import type { UsageReport } from '#contract/access.ts'
import type { Day } from '#domain/day.ts'
import type { UsageEntry } from '#domain/model.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const CURRENCY = 'USD'

const Row = z.object({
  day: z.string(),
  memberName: z.string().nullable(),
  persona: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  answers: z.number(),
  inputTokens: z.number(),
  cachedInputTokens: z.number(),
  outputTokens: z.number(),
  costMicros: z.number().nullable(),
})

/**
 * Writes the ledger row of one call and frees what was held back for it, in one statement: both or neither. Repeating it
 * changes nothing.
 */
export async function settleUsage(
  handle: Handle,
  row: { id: string; entry: UsageEntry; costMicros: number | null; day: Day; now: Date },
): Promise<void> {
  const { entry } = row
  await handle.run(
    sql`with freed as (delete from budget_reservations where id = ${row.id}::uuid)
        insert into usage_entries (id, turn_id, member_id, persona, provider, model, input_tokens, cached_input_tokens,
          output_tokens, is_estimated, cost_micros, day, at)
        values (${row.id}, ${entry.turnId}, ${entry.memberId}, ${entry.persona}, ${entry.provider}, ${entry.model},
          ${entry.usage.input}, ${entry.usage.cachedInput}, ${entry.usage.output}, ${entry.usage.isEstimated ?? false}, ${row.costMicros}, ${row.day}::date, ${row.now})
        on conflict (id) do nothing`,
  )
}

interface Range {
  readonly from: Day
  readonly to: Day
  /** null: of everybody. */
  readonly memberId: string | null
}

/** By day, member, persona and model. A row's cost is null when the price of any of its calls was not known. */
export async function selectUsage(handle: Handle, { from, to, memberId }: Range): Promise<UsageReport['rows']> {
  const rows = await handle.rows(
    Row,
    sql`select u.day, m.name as "memberName", u.persona, u.provider, u.model,
          count(distinct u.turn_id)::int as answers, sum(u.input_tokens) as "inputTokens",
          sum(u.cached_input_tokens) as "cachedInputTokens", sum(u.output_tokens) as "outputTokens",
          case when bool_or(u.cost_micros is null) then null else sum(u.cost_micros) end as "costMicros"
        from usage_entries u left join members m on m.id = u.member_id
        where u.day between ${from}::date and ${to}::date and (${memberId}::uuid is null or u.member_id = ${memberId}::uuid)
        group by u.day, u.member_id, m.name, u.persona, u.provider, u.model
        order by u.day desc, m.name nulls last, u.persona, u.provider, u.model`,
  )
  return rows.map(({ costMicros, ...row }) => ({
    ...row,
    cost: costMicros === null ? null : { amountMicros: costMicros, currency: CURRENCY },
  }))
}

/** Sums over the same rows: the cost is of priced calls, beside the number of answers with a call of unknown price. */
export async function sumUsage(handle: Handle, { from, to, memberId }: Range): Promise<UsageReport['total']> {
  const row = await handle.first(
    z.object({ costMicros: z.number(), answers: z.number(), unpricedAnswers: z.number() }),
    sql`select coalesce(sum(cost_micros), 0) as "costMicros", count(distinct turn_id)::int as answers,
          (count(distinct turn_id) filter (where cost_micros is null))::int as "unpricedAnswers"
        from usage_entries
        where day between ${from}::date and ${to}::date and (${memberId}::uuid is null or member_id = ${memberId}::uuid)`,
  )
  if (!row) throw new Error('a sum without a row')
  const { costMicros, answers, unpricedAnswers } = row
  return { cost: { amountMicros: costMicros, currency: CURRENCY }, answers, unpricedAnswers }
}
