import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Calendar } from '#features/calendar/index.ts'
import type { PersonaOverview, Personas } from '#features/personas/index.ts'

/** Opens the deployment for one command, its personas folder read; `close` lets go of everything it opened. */
export type OpenPersonas = () => Promise<{
  personas: Personas
  principal: Principal
  calendar: Pick<Calendar, 'freezeWarnings'>
  close(): Promise<void>
}>

/** `sophia personas list|diff|activate`. */
export function addPersonasCommand(program: Command, open: OpenPersonas): void {
  const command = program.command('personas').description('colleagues: what is in force, versions, roll back')
  addList(command, open)
  addDiff(command, open)
  addActivate(command, open)
}

function addList(command: Command, open: OpenPersonas): void {
  command
    .command('list')
    .description('colleagues in force, with faults of their files')
    .option('--json', 'print JSON, one colleague per line')
    .action((options: { json?: boolean }) =>
      withPersonas(open, async ({ personas }) => {
        for (const persona of await personas.list())
          console.log(options.json ? JSON.stringify(toJson(persona)) : toLine(persona))
        for (const fault of personas.faults()) {
          if (!options.json)
            console.error(`${fault.file}${fault.line === null ? '' : `:${fault.line}`}: ${fault.reason}`)
        }
      }),
    )
}

function addDiff(command: Command, open: OpenPersonas): void {
  command
    .command('diff <persona> [version]')
    .description('differences of a version (default: of every other one) from what is in force')
    .option('--json', 'print JSON, one version per line')
    .action((id: string, wanted: string | undefined, options: { json?: boolean }) =>
      withPersonas(open, async ({ personas }) => {
        const all = await personas.versions(id).catch((error: unknown) => {
          throw namingTheList(error, id)
        })
        const versions = all.filter(({ hash }) => wanted === undefined || hash.startsWith(wanted.toLowerCase()))
        if (versions.length === 0) {
          throw new SophiaError('NOT_FOUND', {
            detail: `No version of ${id} begins with "${wanted}". "sophia personas diff ${id}" shows all.`,
          })
        }
        for (const version of versions) {
          if (options.json) console.log(JSON.stringify(version))
          else console.log(`${toVersionLine(version)}\n${version.diff}`)
        }
      }),
    )
}

function addActivate(command: Command, open: OpenPersonas): void {
  command
    .command('activate <persona> <version>')
    .description("put a version in force; another than the file's stays pinned until the file is saved")
    .option('--json', 'print JSON')
    .action((id: string, version: string, options: { json?: boolean }) =>
      withPersonas(open, async ({ personas, principal, calendar }) => {
        if (!/^[0-9a-f]{4,64}$/i.test(version)) {
          throw new SophiaError('INVALID_INPUT', {
            detail: 'A version is given by at least four hex digits of its hash.',
          })
        }
        const active = await personas.activate({ id, version, principal }).catch((error: unknown) => {
          throw namingTheList(error, id)
        })
        console.log(options.json ? JSON.stringify(toJson(active)) : toLine(active))
        for (const warning of calendar.freezeWarnings()) console.error(`Warning: ${warning}`)
      }),
    )
}

/** An error about what is not there says which command lists what is. */
function namingTheList(error: unknown, id: string): unknown {
  if (!(error instanceof SophiaError)) return error
  if (error.code === 'PERSONA_NOT_FOUND')
    return new SophiaError(error.code, { detail: `There is no colleague "${id}". "sophia personas list" shows all.` })
  if (error.code !== 'NOT_FOUND') return error
  return new SophiaError(error.code, { detail: `${error.message} "sophia personas diff ${id}" lists them.` })
}

/** Runs one command and closes what was opened, whatever comes of it. */
async function withPersonas(
  open: OpenPersonas,
  work: (opened: Awaited<ReturnType<OpenPersonas>>) => Promise<void>,
): Promise<void> {
  const opened = await open()
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

function toJson({ id, version, isPinned, fileVersion, fault, definition }: PersonaOverview): object {
  return {
    id,
    name: definition.name,
    role: definition.role,
    version,
    isPinned,
    fileVersion,
    fault,
    skills: definition.skills,
  }
}

function toLine({ id, version, isPinned, fileVersion, definition }: PersonaOverview): string {
  const state = isPinned ? `pinned; the file is ${fileVersion ?? version}` : 'as in the file'
  return [id.padEnd(16), version, `${definition.name}, ${definition.role}`.padEnd(40), state].join('  ')
}

function toVersionLine(version: { hash: string; createdAt: Date; isActive: boolean; isFile: boolean }): string {
  const marks = [version.isActive ? 'in force' : '', version.isFile ? 'on disk' : '']
    .filter((mark) => mark !== '')
    .join(', ')
  return `${version.hash.slice(0, 12)}  ${version.createdAt.toISOString()}${marks === '' ? '' : `  (${marks})`}`
}
