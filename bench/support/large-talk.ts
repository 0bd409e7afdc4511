import type { Database } from '#platform/postgres/database.ts'

const MESSAGES = 20_000
const WORDS =
  'the deal client renewal price budget meeting call champion buyer legal security review quarter next step proposal seats usage health risk ticket answer Monday Friday team owner contract signature delay discount competitor demo pilot rollout training support value goal report'

/** A block of conversations of one member, with texts of some hundred bytes, straight into the tables; the same on every run. */
export async function loadTalk(database: Database, block: number): Promise<void> {
  const id = (letter: string, number: string): string =>
    `('${letter}0000000-0000-7000-8000-' || lpad(to_hex((${block} * 1000000 + ${number})::bigint), 12, '0'))::uuid`
  const word = (seed: number): string =>
    `words[1 + ((i * ${seed}::bigint + ${block * 31 + seed}) % array_length(words, 1))]`
  const text = Array.from({ length: 60 }, (_none, place) => word(7919 + place * 104_729)).join(" || ' ' || ")
  const statements = [
    `insert into members (id, email, name, role) select ${id('a', '0')}, 'talk${block}@example.com', 'Member ${block}', 'member'`,
    `insert into conversations (id, member_id, persona, title, message_count)
      select ${id('b', 'i')}, ${id('a', '0')}, 'marcus', 'About deal ' || i, 20 from generate_series(1, ${MESSAGES / 20}) i`,
    `insert into turns (id, conversation_id, member_id, message_id, persona, status, correlation_id, created_at, ended_at)
      select ${id('c', 'i')}, ${id('b', `1 + (i - 1) / 10`)}, ${id('a', '0')}, ${id('d', 'i * 2 - 1')}, 'marcus', 'complete', 'bench', now(), now()
      from generate_series(1, ${MESSAGES / 2}) i`,
    `insert into messages (id, conversation_id, seq, role, text, turn_id, status)
      select ${id('d', 'i')}, ${id('b', `1 + (i - 1) / 20`)}, 1 + (i - 1) % 20, case when i % 2 = 1 then 'user' else 'assistant' end,
        ${text}, ${id('c', '1 + (i - 1) / 2')}, case when i % 2 = 0 then 'complete' end
      from generate_series(1, ${MESSAGES}) i, (select string_to_array('${WORDS}', ' ') as words) known`,
  ]
  await database.inTransaction(
    async ({ client }) => {
      await client.query("set local statement_timeout = '15min'")
      for (const statement of statements) await client.query(statement)
    },
    { mayTakeLong: true },
  )
}
