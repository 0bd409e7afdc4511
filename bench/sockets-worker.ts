import pino from 'pino'
import { readConfig } from '#platform/config/config.ts'
import { createId, createToken, hashToken } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openHouse } from '../src/compose.ts'

/** The serving side of bench/sockets.ts: the whole house as it ships, with as many members as it is told and a session for each. */
const members = Number(process.argv[2])
const config = readConfig({ ...process.env, SOPHIA_PORT: '0', SOPHIA_MODEL: 'playbook' })
const house = await openHouse(config, pino({ level: 'error' }), { doors: ['http', 'worker'] })
const people = Array.from({ length: members }, (_one, number) => ({ number, id: createId(), token: createToken() }))
await house.rooms.database.read((handle) =>
  handle.run(sql`with people as (
      select * from unnest(${people.map(({ id }) => id)}::uuid[], ${people.map(({ number }) => number)}::int[]) as p (id, number)),
    made as (
      insert into members (id, email, name, role) select id, 'bench-' || number || '@example.com', 'Bench ' || number, 'member'
      from people returning id)
    insert into sessions (token_hash, id, member_id, expires_at)
      select s.token_hash, gen_random_uuid(), s.id, now() + interval '1 day'
      from unnest(${people.map(({ token }) => hashToken(token))}::bytea[], ${people.map(({ id }) => id)}::uuid[]) as s (token_hash, id)
      where (select count(*) from made) > 0`),
)
process.on('message', () => {
  // Started with the switch that offers it; twice, so that what the first one freed is gone as well.
  globalThis.gc?.()
  globalThis.gc?.()
  process.send?.({ rssBytes: process.memoryUsage().rss })
})
process.on('SIGTERM', () => void house.close().then(() => process.exit(0)))
process.send?.({ url: house.publicUrl, tokens: people.map(({ token }) => token) })
