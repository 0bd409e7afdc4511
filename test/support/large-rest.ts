import { CACHE_CLASSES } from '#domain/cache-policy/cache-class.ts'
import type { Database } from '#platform/postgres/database.ts'
import { fillBy, idOf, loadLargeUse } from './large-use.ts'

/** What else grows over months beside conversations: drafts, deliveries, runs of a sync, figures, what was remembered and swept late. */
export async function loadLargeRest(database: Database): Promise<void> {
  await loadLargeUse(database)
  await fillBy(database, STATEMENTS)
}

const ago = (number: string): string => `now() - (${number}) * interval '1 minute'`
const hash = (what: string): string => `sha256(('${what}' || i)::bytea)`
const member = idOf('a', '1 + i % 500')
const sync = idOf('9', '1')

/** Of these there is one to ask for. */
export const LOADED = {
  syncId: '90000000-0000-7000-8000-000000000001',
  importId: 'c0000000-0000-7000-8000-0000000dbba1',
} as const

const STATEMENTS = [
  `update audit_entries set at = now() - (now() - at) * 20`,
  // Nobody answers the load's own questions.
  `update turns set status = 'complete', ended_at = now() where status = 'queued'`,
  `insert into drafts (id, member_id, kind, status, persona, subject, idempotency_key, updated_at)
    select ${idOf('4', 'i')}, ${member}, 'email', (array['draft', 'sent', 'discarded'])[1 + i % 3], 'marcus', 'Next steps', 'key' || i, ${ago('i')}
    from generate_series(1, 20000) i`,
  `insert into sign_in_links (token_hash, kind, member_id, expires_at) select ${hash('link')}, 'sign-in', ${member}, now() + i * interval '1 minute'
    from generate_series(1, 6000) i`,
  `insert into sign_in_attempts (address, at) select '10.0.' || i % 200 || '.' || i % 250, ${ago('i % 30 * 0.4')} from generate_series(1, 20000) i`,
  `insert into syncs (id, server_id, mapping, currency, schedule_minutes, is_enabled) values (${sync}, 'crm', 'hubspot', 'USD', 60, false)`,
  `insert into sync_runs (id, sync_id, status, created_at, ended_at) select ${idOf('5', 'i')}, ${sync}, 'complete', ${ago('i * 60')}, ${ago('i * 60')}
    from generate_series(1, 10000) i`,
  `insert into sync_findings (run_id, sort, kind, reason) select ${idOf('5', '1 + i % 10000')}, 'note', 'deals', 'Why.' from generate_series(1, 30000) i`,
  `insert into sync_records (sync_id, kind, source_id, read_name, pass, copied_at) select ${sync}, 'deals', 'deal' || i, 'deals', 1, now()
    from generate_series(1, 20000) i`,
  `insert into mcp_transitions (server_id, at, from_state, to_state, reason) select 'server' || i % 20, ${ago('i')}, 'up', 'down', 'timeout'
    from generate_series(1, 10000) i`,
  `insert into mcp_minutes (server_id, minute, asked, failed, seq) select 'server' || i % 20, ${ago('i / 20')}, 60, 0, i from generate_series(1, 20000) i`,
  `insert into mcp_calls (member_id, key, tool, input_hash, status, at) select ${member}, 'key' || i, 'crm.read', 'x', 'done', ${ago('i')}
    from generate_series(1, 10000) i`,
  `insert into slo_counts (slo, width, starts_at, replica, good, bad)
    select 'api', width, date_trunc('hour', now()) - i * make_interval(secs => width), 'one', 9, 1
    from generate_series(1, 9000) i, unnest(array[10, 300]) width`,
  `insert into watch_figures (width, starts_at, replica, sums, peaks)
    select width, date_trunc('hour', now()) - i * make_interval(secs => width), 'one', '{"requests": 3}', '{"sockets": 2}'
    from generate_series(1, 9000) i, unnest(array[10, 300]) width`,
  `insert into watch_changes (id, at, kind, subject, replica) select ${idOf('6', 'i')}, ${ago('i * 30')}, 'changed', 'SOPHIA_MODEL', 'one'
    from generate_series(1, 8000) i`,
  `insert into alerts (id, rule, subject, state, since, resolved_at, value)
    select ${idOf('7', 'i')}, 'rule', '', 'resolved', ${ago('i * 10 + 5')}, ${ago('i * 10')}, 1 from generate_series(1, 8000) i`,
  `insert into alert_messages (id, channel, subject, body, status, next_try_at, created_at, ended_at)
    select ${idOf('8', 'i')}, 'email', 'Firing', 'It fires.', 'sent', ${ago('i * 10')}, ${ago('i * 10')}, ${ago('i * 10')} from generate_series(1, 8000) i`,
  `insert into briefings (id, member_id, period, cadence, persona, subject, created_at)
    select ${idOf('d', '20000 + i')}, ${member}, 'day ' || i, 'daily', 'marcus', 'Three things', ${ago('i')} from generate_series(1, 10000) i`,
  `insert into briefing_deliveries (briefing_id, channel, status, changed_at) select ${idOf('d', '20000 + i')}, 'email', 'sent', ${ago('i')}
    from generate_series(1, 10000) i`,
  `insert into briefing_unsubscribe_links (token_hash, member_id, created_at) select ${hash('unsubscribe')}, ${member}, ${ago('i')}
    from generate_series(1, 8000) i`,
  `insert into turn_traces (turn_id, attempt, trace_id, total_ms, left_out, steps, at) select ${idOf('e', 'i')}, 1, 'trace' || i, 900, 0, '[]', ${ago('i')}
    from generate_series(1, 20000) i`,
  `insert into cache_hours (hour, class, l1_hits) select date_trunc('hour', now()) - i * interval '1 hour', class, 9
    from generate_series(1, 1900) i, unnest(array['${CACHE_CLASSES.slice(0, 4).join("', '")}']) class`,
  `insert into cache_hot_skills (member_id, skill, input_hash, input, weight, weighed_at)
    select ${member}, 'coach-deal', 'hash' || i, '{}', 1 + i % 7, ${ago('i')} from generate_series(1, 10000) i`,
  `insert into message_feedback (message_id, member_id, rating) select ${idOf('f', '2 * i + 1')}, ${member}, 'up' from generate_series(1, 8000) i`,
  `insert into budget_reservations (id, member_id, day, amount_micros, expires_at)
    select ${idOf('0', 'i')}, ${member}, current_date - (i % 90)::int, 5, ${ago('i')} from generate_series(1, 8000) i`,
  `insert into memory_history (memory_id, n, change) select ${idOf('2', 'i')}, 1, 'noted' from generate_series(1, 20000) i`,
  `insert into memory_uses (turn_id, memory_id, at) select ${idOf('e', 'i')}, ${idOf('2', 'i')}, ${ago('i')} from generate_series(1, 20000) i`,
  `insert into memory_origins (memory_id, origin_id) select ${idOf('2', 'i')}, ${idOf('f', '2 * i')} from generate_series(1, 20000) i`,
  `insert into memory_tombstones (memory_id, at) select ${idOf('2', '30000 + i')}, ${ago('i * 30')} from generate_series(1, 8000) i`,
  `insert into memory_marks (conversation_id, stated_seq) select ${idOf('d', 'i')}, 12 from generate_series(1, 10000) i`,
  `insert into tool_questions (id, turn_id, call_id, question, status, expires_at)
    select ${idOf('b', '900000 + i')}, ${idOf('e', 'i')}, 'c0', '{}', 'expired', ${ago('i')} from generate_series(1, 8000) i`,
  `insert into imports (id, kind, file_name, status, started_at) select ${idOf('c', '900000 + i')}, 'deals', 'deals.csv', 'complete', ${ago('i * 20')}
    from generate_series(1, 8000) i`,
  `insert into import_faults (import_id, line, n, reason) select ${idOf('c', '900000 + i')}, 2, 1, 'No number.' from generate_series(1, 8000) i`,
]
