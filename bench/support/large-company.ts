import type { Database } from '#platform/postgres/database.ts'

export interface CompanySize {
  readonly deals: number
  readonly clients: number
  readonly activities: number
}
export const LARGE: CompanySize = { deals: 100_000, clients: 20_000, activities: 1_000_000 }
export const SMALL: CompanySize = { deals: 10_000, clients: 2_000, activities: 100_000 }

/** Spread by a fixed multiplier, so that every run has the same rows. */
function spread(seed: number, modulus: number | string): string {
  return `((i * ${seed}::bigint + 7919) % ${modulus})`
}

/** A made-up company of the size, straight into the tables. One deal in five is open. */
export async function loadLargeCompany(database: Database, size: CompanySize): Promise<void> {
  await database.inTransaction(async ({ client }) => {
    await client.query("set local statement_timeout = '15min'")
    for (const statement of statementsFor(size)) await client.query(statement)
  })
  // As an import leaves its tables.
  await database.read(({ client }) => client.query('vacuum (analyze)'))
}

function statementsFor({ deals, clients, activities }: CompanySize): string[] {
  const clientId = (seed: number): string => `'client-' || lpad((1 + ${spread(seed, clients)})::text, 5, '0')`
  const dealId = (number: string): string => `'deal-' || lpad((${number})::text, 6, '0')`
  const repId = (seed: number): string => `'rep-' || lpad((1 + ${spread(seed, 200)})::text, 3, '0')`
  return [
    `insert into reps (id, name, email, kind, manager, quota_micros, source)
      select 'rep-' || lpad(i::text, 3, '0'), 'Rep ' || i, 'rep' || i || '@example.com',
        case when i % 4 = 0 then 'csm' else 'rep' end, 'Manager ' || (i % 12), 500000e6, 'bench' from generate_series(1, 200) i`,
    `insert into products (id, name, list_price_micros, source)
      select 'product-' || i, 'Product ' || i, i * 5000e6, 'bench' from generate_series(1, 8) i`,
    `insert into clients (id, name, segment, industry, owner_rep_id, csm_rep_id, arr_micros, licensed_seats, customer_since, renewal_on, nps, source)
      select 'client-' || lpad(i::text, 5, '0'), 'Client ' || i, (array['Enterprise', 'Mid-market', 'Small'])[1 + i % 3], 'Property',
        ${repId(17)}, ${repId(31)}, ((5 + ${spread(37, 400)}) * 1000)::bigint * 1000000, 20 + i % 200, current_date - 1000,
        current_date - 20 + (${spread(41, 400)})::int, (${spread(43, 120)})::int - 40, 'bench' from generate_series(1, ${clients}) i`,
    `insert into contacts (id, client_id, name, role, last_contacted_on, source)
      select 'contact-' || i, 'client-' || lpad((1 + i % ${clients})::text, 5, '0'), 'Contact ' || i,
        (array['champion', 'economic buyer', 'user'])[1 + i % 3], current_date - (${spread(47, 120)})::int, 'bench'
        from generate_series(1, ${clients * 2}) i`,
    // Twenty deals in a row are those of one rep, in all stages; each client has deals of several reps and stages.
    `insert into deals (id, name, client_id, rep_id, product_id, stage, value_micros, created_on, stage_entered_on, expected_close_on,
        closed_on, pushed_count, next_step, next_step_on, champion_contact_id, economic_buyer_contact_id, source)
      select ${dealId('i')}, 'Deal ' || i, 'client-' || lpad((1 + ((i / 20) * 53 + (i % 20) * 6301) % ${clients})::text, 5, '0'),
        'rep-' || lpad((1 + (i / 20) % 200)::text, 3, '0'), 'product-' || (1 + (i / 3) % 8), stage,
        case when i % 11 = 0 then null else ((1 + ${spread(61, 300)}) * 1000)::bigint * 1000000 end, created, created + 10,
        case when stage in ('won', 'lost') then null else current_date - 15 + (${spread(67, 90)})::int end,
        case when stage in ('won', 'lost') then least(created + 20 + (${spread(71, 120)})::int, current_date - (i % 30)::int) end, (i % 4)::int,
        case when i % 3 = 0 then null else 'Call the buyer' end, case when i % 3 = 0 then null else current_date + (i % 20)::int - 6 end,
        case when i % 2 = 0 then 'contact-' || (1 + i % ${clients}) end, case when i % 5 = 0 then 'contact-' || (1 + i % ${clients}) end, 'bench'
      from (select i, current_date - 30 - (${spread(73, 600)})::int as created,
          (array['won', 'lost', 'lost', 'won', 'prospecting', 'lost', 'won', 'lost', 'qualification', 'won',
                 'lost', 'won', 'lost', 'proposal', 'lost', 'won', 'lost', 'won', 'negotiation', 'lost'])[1 + i % 20] as stage
        from generate_series(1, ${deals}) i) made`,
    `insert into activities (id, kind, on_day, client_id, deal_id, rep_id, contact_id, subject, source)
      select 'activity-' || i, (array['call', 'meeting', 'email', 'note'])[1 + i % 4], current_date - (${spread(79, 500)})::int,
        ${clientId(83)}, ${dealId(`1 + ${spread(89, deals)}`)}, ${repId(97)}, 'contact-' || (1 + ${spread(101, clients * 2)}), 'Talked', 'bench'
        from generate_series(1, ${activities}) i`,
    `insert into usage_days (id, client_id, on_day, active_users, licensed_seats, sessions, features_used, features_available, source)
      select 'usage-' || c || '-' || w, 'client-' || lpad(c::text, 5, '0'), current_date - w * 7, 5 + (c * 13 + w * 7) % 60, 20 + c % 200,
        50 + (c + w) % 100, 3 + (c + w) % 8, 12, 'bench' from generate_series(1, ${clients}) c, generate_series(0, 25) w where c % 10 <> 0`,
    `insert into invoices (id, client_id, amount_micros, issued_on, due_on, paid_on, source)
      select 'invoice-' || c || '-' || m, 'client-' || lpad(c::text, 5, '0'), 2000e6, current_date - m * 30 - 30, current_date - m * 30,
        case when m = 0 and c % 7 = 0 then null when m = 1 and c % 29 = 0 then null else current_date - m * 30 + (c + m) % 12 - 3 end,
        'bench' from generate_series(1, ${clients}) c, generate_series(0, 11) m`,
    `insert into tickets (id, client_id, opened_on, resolved_on, severity, escalated, satisfaction, subject, source)
      select 'ticket-' || i, ${clientId(103)}, current_date - (${spread(107, 200)})::int,
        case when i % 9 = 0 then null else current_date - (${spread(107, 200)})::int + (i % 4)::int end,
        (array['low', 'medium', 'high'])[1 + i % 3], i % 17 = 0, 1 + (i % 5)::int, 'Question', 'bench' from generate_series(1, ${clients * 3}) i`,
    // Known changes from ten weeks back on, so that a review has something to compare with.
    `insert into imports (id, kind, file_name, status, as_of, ended_at)
      values (gen_random_uuid(), 'deals', 'deals.csv', 'complete', current_date - 70, now())`,
    `insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
      select 'deals', d.id, 'stage', 'prospecting', d.stage, coalesce(d.closed_on, current_date - (hashtext(d.id) & 63)), 'bench' from deals d
        where d.stage <> 'prospecting' and coalesce(d.closed_on, current_date) > current_date - 70
      union all select 'deals', d.id, 'expected_close_on', (d.expected_close_on - 14)::text, d.expected_close_on::text,
        current_date - (hashtext(d.id) & 63), 'bench' from deals d where d.status = 'open' and d.pushed_count > 1`,
  ]
}
