import pg from 'pg'
import { createId, createToken, hashToken } from '#platform/crypto/ids.ts'

/** Somebody at work, signed in, with a conversation of their own. */
export interface BenchMember {
  readonly cookie: string
  readonly conversationId: string
}

/**
 * So many members straight into the tables, numbered from `from`. Each may see all rows of the company: nobody's lists are shorter than
 * the longest.
 */
export async function makeMembers(
  connection: pg.ClientConfig,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<BenchMember[]> {
  const made = Array.from({ length: count }, (_one, place) => ({
    number: from + place,
    id: createId(),
    token: createToken(),
    conversationId: createId(),
  }))
  const ids = made.map(({ id }) => id)
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query(
      `insert into members (id, email, name, role, row_scope)
        select id, 'bench-' || number || '@example.com', 'Bench ' || number, 'member', 'all'
        from unnest($1::uuid[], $2::int[]) as made (id, number)`,
      [ids, made.map(({ number }) => number)],
    )
    await client.query(
      `insert into sessions (token_hash, id, member_id, expires_at)
        select hash, gen_random_uuid(), id, now() + interval '1 day' from unnest($1::bytea[], $2::uuid[]) as made (hash, id)`,
      [made.map(({ token }) => hashToken(token)), ids],
    )
    await client.query(
      `insert into conversations (id, member_id, persona, title)
        select id, member, 'marcus', 'About the week' from unnest($1::uuid[], $2::uuid[]) as made (id, member)`,
      [made.map(({ conversationId }) => conversationId), ids],
    )
  } finally {
    await client.end()
  }
  return made.map(({ token, conversationId }) => ({ cookie: `sophia=${token}`, conversationId }))
}
