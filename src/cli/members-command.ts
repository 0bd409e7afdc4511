import { Option, type Command } from 'commander'
import { NewMember, type Member } from '#contract/access.ts'
import { SophiaError } from '#domain/errors.ts'
import { ROLES, ROW_SCOPES, type Principal, type Role, type RowScope } from '#domain/permission.ts'
import type { Access } from '#features/access/index.ts'

/** Opens the deployment for one command; `close` lets go of everything it opened. */
export type OpenAccess = () => Promise<{ access: Access; principal: Principal; close: () => Promise<void> }>

interface InviteOptions {
  readonly name?: string
  readonly role: Role
  readonly scope: RowScope
  readonly team?: string
  readonly rep?: string
  readonly json?: boolean
}

interface LinkOptions {
  readonly team?: string
  readonly rep?: string
  readonly scope?: RowScope
  readonly json?: boolean
}

const PAGE = 200

/** `sophia members invite|list|suspend|activate|link|team|sign-in-link`. */
export function addMembersCommand(program: Command, open: OpenAccess): void {
  const members = program.command('members').description('people: invite, list, suspend, link to reps and teams')
  addInvite(members, open)
  addList(members, open)
  addStatus(members, open)
  addLink(members, open)
  addTeam(members, open)
  addSignInLink(members, open)
}

function addInvite(members: Command, open: OpenAccess): void {
  members
    .command('invite <email>')
    .description('add a member and print the link with which they come in')
    .option('--name <name>', 'how they are called (default: the part before @)')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('member'))
    .addOption(new Option('--scope <scope>', 'which rows they see').choices(ROW_SCOPES).default('own'))
    .option('--team <name>', 'the team they belong to')
    .option('--rep <id>', 'the rep or CSM they are (default: the one with their e-mail)')
    .option('--json', 'print JSON')
    .action(async (email: string, options: InviteOptions) =>
      withAccess(open, async ({ access, principal }) => {
        const name = options.name ?? email.split('@')[0] ?? email
        const teamId = await findTeamId(access, options.team)
        const { role, scope: rowScope } = options
        const wanted = NewMember.safeParse({ email, name, role, rowScope, teamId, repId: options.rep ?? null })
        if (!wanted.success) {
          const faults = wanted.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
          throw new SophiaError('INVALID_INPUT', { detail: `${faults[0]?.path}: ${faults[0]?.message}`, faults })
        }
        const invitation = await access.inviteMember({ principal }, wanted.data)
        printLink(invitation, options.json)
      }),
    )
}

function addList(members: Command, open: OpenAccess): void {
  members
    .command('list')
    .description('everybody, in the order in which they joined')
    .option('--json', 'print JSON, one member per line')
    .action(async (options: { json?: boolean }) =>
      withAccess(open, async ({ access }) => {
        let cursor: string | undefined
        do {
          const page = await access.listMembers({ cursor, limit: PAGE })
          for (const member of page.items) console.log(options.json ? JSON.stringify(member) : toLine(member))
          cursor = page.nextCursor ?? undefined
        } while (cursor)
      }),
    )
}

function addStatus(members: Command, open: OpenAccess): void {
  const change = (status: 'suspended' | 'active') => async (email: string, options: { json?: boolean }) =>
    withAccess(open, async ({ access, principal }) => {
      const member = await getByEmail(access, email)
      print(await access.changeMember({ principal }, member.id, { status }), options.json)
    })
  members
    .command('suspend <email>')
    .description('shut a member out at once; sessions and links end, keys rest')
    .option('--json', 'print JSON')
    .action(change('suspended'))
  members
    .command('activate <email>')
    .description('let a suspended member in again')
    .option('--json', 'print JSON')
    .action(change('active'))
}

function addLink(members: Command, open: OpenAccess): void {
  members
    .command('link <email>')
    .description('say which rep or CSM a member is, or which team they belong to')
    .option('--rep <id>', 'id of the rep or CSM; "none" unlinks')
    .option('--team <name>', 'name of the team; "none" takes them out')
    .addOption(new Option('--scope <scope>', 'which rows they see').choices(ROW_SCOPES))
    .option('--json', 'print JSON')
    .action(async (email: string, options: LinkOptions) =>
      withAccess(open, async ({ access, principal }) => {
        const { rep, team, scope: rowScope } = options
        if (rep === undefined && team === undefined && rowScope === undefined) {
          throw new SophiaError('INVALID_INPUT', { detail: 'Say what to link: --rep, --team or --scope.' })
        }
        const member = await getByEmail(access, email)
        const teamId = team === undefined ? undefined : await findTeamId(access, team === 'none' ? undefined : team)
        const repId = rep === 'none' ? null : rep
        print(await access.changeMember({ principal }, member.id, { repId, teamId, rowScope }), options.json)
      }),
    )
}

function addTeam(members: Command, open: OpenAccess): void {
  members
    .command('team <name>')
    .description('make a team; its reps are those whose manager has the name given')
    .option('--manager <name>', 'the manager as the imported reps name them')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { manager?: string; json?: boolean }) =>
      withAccess(open, async ({ access, principal }) => {
        const team = await access.createTeam({ principal }, { name, manager: options.manager ?? null })
        const reps = team.manager === null ? 'no reps by manager' : `reps of ${team.manager}`
        console.log(options.json ? JSON.stringify(team) : `Team ${team.name}: ${reps}`)
      }),
    )
}

function addSignInLink(members: Command, open: OpenAccess): void {
  members
    .command('sign-in-link <email>')
    .description('print a fresh one-time link for a member')
    .option('--json', 'print JSON')
    .action(async (email: string, options: { json?: boolean }) =>
      withAccess(open, async ({ access, principal }) => {
        const member = await getByEmail(access, email)
        printLink(await access.createSignInLink({ principal }, member.id), options.json)
      }),
    )
}

type Opened = Awaited<ReturnType<OpenAccess>>

/** Runs one command and closes what was opened, whatever comes of it. */
export async function withAccess(open: OpenAccess, work: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await open()
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

async function getByEmail(access: Access, email: string): Promise<Member> {
  const member = await access.findMemberByEmail(email)
  if (!member)
    throw new SophiaError('NOT_FOUND', {
      detail: `No member has the address ${email}. "sophia members list" shows all.`,
    })
  return member
}

async function findTeamId(access: Access, name: string | undefined): Promise<string | null> {
  if (name === undefined) return null
  const { items } = await access.listTeams()
  const team = items.find((item) => item.name.toLowerCase() === name.toLowerCase())
  if (team) return team.id
  const known = items.map((item) => item.name).join(', ') || 'none yet'
  throw new SophiaError('NOT_FOUND', {
    detail: `There is no team ${name}. Teams: ${known}. Make one: sophia members team ${name}`,
  })
}

function printLink(made: { member: Member; link: string; expiresAt: string }, isJson?: boolean): void {
  if (isJson) return console.log(JSON.stringify(made))
  console.log(`${made.member.name} <${made.member.email}>, ${made.member.role}`)
  console.log(`One-time link, shown only now, valid until ${made.expiresAt}:`)
  console.log(made.link)
}

function print(member: Member, isJson?: boolean): void {
  console.log(isJson ? JSON.stringify(member) : toLine(member))
}

function toLine(member: Member): string {
  const rep = member.repId === null ? 'no rep' : `rep ${member.repId}`
  return [
    member.email.padEnd(32),
    member.role.padEnd(7),
    member.status.padEnd(10),
    `sees ${member.rowScope}`.padEnd(10),
    rep,
  ].join('  ')
}
