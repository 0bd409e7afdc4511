/**
 * The tools room in a process of its own, to be stopped and killed: `tools-process.ts CONNECTION FILE PACE`. Says its instance
 * as a line once it has begun; then the status of each server it is asked for by a line, as JSON.
 */
import { createInterface } from 'node:readline'
import pino from 'pino'
import { createTools } from '#features/tools/index.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createSecretBox } from '#platform/crypto/secret-box.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import type { Principal } from '#domain/permission.ts'

const [connection = '', file = '', pace = '1'] = process.argv.slice(2)
const log = pino({ level: 'silent' })
const instance = createId()
const tools = createTools({
  // Written by the test that starts this.
  database: openDatabase({ poolMax: 5, connection: JSON.parse(connection) as object }),
  clock: systemClock,
  cache: createCache({ clock: systemClock, log, random: Math.random }),
  log,
  processId: instance,
  version: '0.0.0-test',
  publicUrl: 'http://127.0.0.1:8000',
  file,
  allowPrivate: ['127.0.0.1'],
  secrets: { get: async () => createSecretBox('a key of tests, at least 32 long') },
  inherited: {},
  audit: () => Promise.resolve(),
  pace: Number(pace),
})
const owner: Principal = {
  memberId: createId(),
  email: 'owner@example.com',
  name: 'Owner',
  role: 'owner',
  rowScope: 'all',
  visible: { kind: 'reps', repIds: [] },
  teamId: null,
  repId: null,
  credential: { kind: 'local', id: createId() },
  allowedActions: null,
}
await tools.start()
console.log(instance)
for await (const id of createInterface({ input: process.stdin })) {
  await tools.look()
  console.log(JSON.stringify(await tools.serverStatus(owner, id)))
}
