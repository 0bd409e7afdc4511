import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from './redis.ts'

const SHIPPED = join(import.meta.dirname, '../../deploy/redis')

interface Passwords {
  readonly sophia: string
  readonly operator: string
}

interface Wishes {
  /** Made up unless told. */
  readonly passwords?: Passwords
  readonly port?: number
  readonly settings?: Readonly<Record<string, string>>
}

export function makePasswords(): Passwords {
  return { sophia: randomBytes(16).toString('hex'), operator: randomBytes(16).toString('hex') }
}

/** A real Redis by the files that ship; only its place, its port and the passwords are others, and what is wished. Until `end`. */
export async function startShippedRedis({ passwords = makePasswords(), port, settings }: Wishes = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-redis-users-'))
  const users = join(folder, 'users.acl')
  let rules = await readFile(join(SHIPPED, 'users.acl'), 'utf8')
  for (const [user, password] of Object.entries(passwords))
    rules = rules.replace(`user ${user} on resetpass`, `user ${user} on #${sha256(password)}`)
  await writeFile(users, rules)
  // A copy: a server whose part changes writes that into its file.
  const file = join(folder, 'redis.conf')
  await copyFile(join(SHIPPED, 'redis.conf'), file)
  const credentials = `operator:${passwords.operator}`
  const launch = { file, credentials, ...(port === undefined ? {} : { port }) }
  const server = await startRedis({ aclfile: users, ...settings }, launch)
  const end = async (): Promise<void> => {
    await server.end()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...server, passwords, url: `redis://sophia:${passwords.sophia}@127.0.0.1:${server.port}`, end }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
