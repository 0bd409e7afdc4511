import type { Database } from '#platform/postgres/database.ts'

/** Months of use by many members, straight into the tables. Ids are made of a number, so that every run has the same. */
export async function loadLargeUse(database: Database): Promise<void> {
  await fillBy(database, STATEMENTS)
}

/** Runs these in one transaction, then tells the planner what there is. */
export async function fillBy(database: Database, statements: readonly string[]): Promise<void> {
  await database.inTransaction(
    async ({ client }) => {
      for (const statement of statements) await client.query(statement)
    },
    { mayTakeLong: true },
  )
  await database.read(({ client }) => client.query('vacuum (analyze)'))
}

/** SQL of an id that is made of a letter and a number. */
export const idOf = (letter: string, number: string): string =>
  `('${letter}0000000-0000-7000-8000-' || lpad(to_hex((${number})::bigint), 12, '0'))::uuid`
const MEMBERS = 500
const CONVERSATIONS = 10_000
/** Six turns each, of which the very last of every hundredth conversation is open. */
const TURNS = CONVERSATIONS * 6
const ago = (number: string): string => `now() - (${number}) * interval '1 minute'`

const STATEMENTS = [
  `insert into members (id, email, name, role) select ${idOf('a', 'i')}, 'member' || i || '@example.com', 'Member ' || i, 'member'
    from generate_series(1, ${MEMBERS}) i`,
  `insert into sessions (token_hash, id, member_id, expires_at)
    select sha256(('session' || i)::bytea), ${idOf('b', 'i')}, ${idOf('a', `1 + i % ${MEMBERS}`)}, now() + interval '7 days'
    from generate_series(1, 6000) i`,
  `insert into api_keys (id, member_id, name, prefix, token_hash)
    select ${idOf('c', 'i')}, ${idOf('a', `1 + i % ${MEMBERS}`)}, 'Key', 'sk', sha256(('key' || i)::bytea) from generate_series(1, 6000) i`,
  `insert into conversations (id, member_id, persona, title, message_count, updated_at)
    select ${idOf('d', 'i')}, ${idOf('a', `1 + i % ${MEMBERS}`)}, 'marcus', 'About deal ' || i, 12, ${ago(`${CONVERSATIONS} - i`)}
    from generate_series(1, ${CONVERSATIONS}) i`,
  `insert into turns (id, conversation_id, member_id, message_id, persona, status, correlation_id, created_at, ended_at)
    select ${idOf('e', 'i')}, ${idOf('d', `1 + i % ${CONVERSATIONS}`)}, ${idOf('a', `1 + (1 + i % ${CONVERSATIONS}) % ${MEMBERS}`)},
      ${idOf('f', '2 * i')}, 'marcus', case when i > ${TURNS - 100} then 'queued' else 'complete' end, 'load-' || i,
      ${ago(`${TURNS} - i + 30`)}, case when i > ${TURNS - 100} then null else ${ago(`${TURNS} - i`)} end
    from generate_series(1, ${TURNS}) i`,
  `insert into messages (id, conversation_id, seq, role, text, turn_id)
    select ${idOf('f', 'i')}, ${idOf('d', `1 + (i / 2) % ${CONVERSATIONS}`)}, 2 * ((i / 2) / ${CONVERSATIONS}) + i % 2 + 1,
      case when i % 2 = 0 then 'user' else 'assistant' end, 'What is up with deal ' || i || '?', ${idOf('e', 'i / 2')}
    from generate_series(2, ${TURNS * 2 + 1}) i`,
  `insert into turn_events (turn_id, attempt, n, event, at)
    select ${idOf('e', `${TURNS} - i / 10`)}, 1, i % 10, '{"type": "text-delta", "text": "so"}', ${ago('(i / 10) % 60')}
    from generate_series(0, 60000) i`,
  `insert into usage_entries (id, turn_id, member_id, persona, provider, model, input_tokens, cached_input_tokens, output_tokens, cost_micros, day)
    select ${idOf('1', 'i')}, ${idOf('e', 'i')}, ${idOf('a', `1 + i % ${MEMBERS}`)}, 'marcus', 'openai', 'test', 900, 0, 100, 400,
      current_date - (i % 90)::int from generate_series(1, ${TURNS}) i`,
  `insert into tool_calls (turn_id, call_index, call_id, tool, input, input_hash, status, expires_at)
    select ${idOf('e', 'i')}, 0, 'c0', 'record-next-step', '{}', 'x', 'done', now() from generate_series(1, 20000) i`,
  `insert into memories (id, kind, audience, member_id, text, strength, trust, source_kind, source_id, conversation_id, on_day)
    select ${idOf('2', 'i')}, 'fact', 'member', ${idOf('a', `1 + i % ${MEMBERS}`)}, 'The buyer of deal ' || i || ' prefers calls.', 0.5,
      'stated', 'message', ${idOf('f', '2 * i')}::text, ${idOf('d', `1 + i % ${CONVERSATIONS}`)}, current_date
    from generate_series(1, 20000) i`,
  `insert into audit_entries (id, at, actor_kind, actor_id, action)
    select ${idOf('3', 'i')}, ${ago('30000 - i')}, 'system', 'sophia', 'import.run' from generate_series(1, 30000) i`,
]
