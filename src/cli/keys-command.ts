import { InvalidArgumentError, type Command } from 'commander'
import type { ApiKey } from '#contract/access.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Access } from '#features/access/index.ts'
import { withAccess, type OpenAccess } from './members-command.ts'

interface CreateOptions {
  readonly actions?: string
  readonly days?: number
  readonly json?: boolean
}

const PAGE = 200

/** `sophia keys create|list|revoke`. */
export function addKeysCommand(program: Command, open: OpenAccess): void {
  const keys = program.command('keys').description('API keys: create, list, revoke')
  addCreate(keys, open)
  addList(keys, open)
  addRevoke(keys, open)
}

function addCreate(keys: Command, open: OpenAccess): void {
  keys
    .command('create <name>')
    .description('make a key that acts for the owner; the secret is shown once')
    .option('--actions <list>', 'only these actions, comma separated, such as records:read,skill:run')
    .option('--days <n>', 'ends after so many days', toDays)
    .option('--json', 'print JSON')
    .action(async (name: string, options: CreateOptions) =>
      withAccess(open, async ({ access, principal }) => {
        const actions = options.actions === undefined ? null : options.actions.split(',').map((action) => action.trim())
        const made = await access.createKey({ principal }, { name, actions, expiresInDays: options.days ?? null })
        if (options.json) return console.log(JSON.stringify(made))
        console.log(toLine(made.key))
        console.log('The secret, shown only now:')
        console.log(made.secret)
      }),
    )
}

function addList(keys: Command, open: OpenAccess): void {
  keys
    .command('list')
    .description('every key, never its secret')
    .option('--json', 'print JSON, one key per line')
    .action(async (options: { json?: boolean }) =>
      withAccess(open, async ({ access, principal }) => {
        for (const key of await listAll(access, principal))
          console.log(options.json ? JSON.stringify(key) : toLine(key))
      }),
    )
}

function addRevoke(keys: Command, open: OpenAccess): void {
  keys
    .command('revoke <key>')
    .description('end a key, named by its id or by the start of it that "keys list" shows')
    .option('--json', 'print JSON')
    .action(async (named: string, options: { json?: boolean }) =>
      withAccess(open, async ({ access, principal }) => {
        const found = (await listAll(access, principal)).filter((key) => key.id === named || key.prefix === named)
        const [key] = found
        if (!key)
          throw new SophiaError('NOT_FOUND', { detail: `There is no key ${named}. "sophia keys list" shows all.` })
        if (found.length > 1)
          throw new SophiaError('CONFLICT', { detail: `Several keys start with ${named}. Name one by its id.` })
        await access.revokeKey({ principal }, key.id)
        console.log(
          options.json ? JSON.stringify({ id: key.id, revoked: true }) : `revoked ${key.prefix}... (${key.name})`,
        )
      }),
    )
}

async function listAll(access: Access, principal: Parameters<Access['listKeys']>[0]['principal']): Promise<ApiKey[]> {
  const keys: ApiKey[] = []
  let cursor: string | undefined
  do {
    const page = await access.listKeys({ principal }, { cursor, limit: PAGE })
    keys.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return keys
}

function toDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 3650)
    throw new InvalidArgumentError('Expected whole days from 1 to 3650.')
  return days
}

function toLine(key: ApiKey): string {
  const state = key.revokedAt
    ? `revoked ${key.revokedAt.slice(0, 10)}`
    : (key.expiresAt && `until ${key.expiresAt.slice(0, 10)}`) || 'no end'
  const actions = key.actions === null ? 'all its member may do' : key.actions.join(',')
  return [key.id, `${key.prefix}...`, key.name, key.memberName, actions, state].join('  ')
}
