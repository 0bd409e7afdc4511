import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from './redis.ts'

const SHIPPED = join(import.meta.dirname, '../../deploy/redis')

/** A real Redis by the files that ship; only its place, its port and the passwords are others. Until `end`. */
export async function startShippedRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-redis-users-'))
  const users = join(folder, 'users.acl')
  const passwords = { sophia: randomBytes(16).toString('hex'), operator: randomBytes(16).toString('hex') }
  let rules = await readFile(join(SHIPPED, 'users.acl'), 'utf8')
  for (const [user, password] of Object.entries(passwords))
    rules = rules.replace(`user ${user} on resetpass`, `user ${user} on #${sha256(password)}`)
  await writeFile(users, rules)
  const operator = `operator:${passwords.operator}`
  const server = await startRedis({ aclfile: users }, { file: join(SHIPPED, 'redis.conf'), credentials: operator })
  const end = async (): Promise<void> => {
    await server.end()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...server, url: `redis://sophia:${passwords.sophia}@127.0.0.1:${server.port}`, end }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
