import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectionMethod } from '#domain/deal/objection.ts'
import type { PracticeMethod } from '#domain/deal/skill-plan.ts'
import type { FileFault } from '../front-matter.ts'
import { parseObjectionMethod, parsePracticeMethod, type Parsed } from './parse-method.ts'

/** A fault of a method file, under its path below the methods folder. */
export interface MethodFault extends FileFault {
  readonly file: string
}

export interface Methods {
  readonly objections: readonly ObjectionMethod[]
  readonly practices: readonly PracticeMethod[]
  readonly faults: readonly MethodFault[]
}

/** The methods of a folder, read anew each time so that an edit needs no restart. */
export interface MethodShelf {
  read(): Promise<Methods>
}

/** Above this many files something other than methods lies there. */
const MAX_FILES = 200

/** Two dozen small files are read in a few milliseconds; a faulty one leaves its last good form in force and is named. */
export function createMethodShelf(folder: string): MethodShelf {
  const objections = createFolderReader(folder, 'objections', parseObjectionMethod)
  const practices = createFolderReader(folder, 'practice', parsePracticeMethod)
  return {
    read: async () => {
      const [asked, practised] = await Promise.all([objections(), practices()])
      return {
        objections: asked.methods,
        practices: practised.methods,
        faults: [...asked.faults, ...practised.faults],
      }
    },
  }
}

export interface FolderMethods<Method> {
  readonly methods: readonly Method[]
  readonly faults: readonly MethodFault[]
}

export function createFolderReader<Method>(
  folder: string,
  part: string,
  parse: (text: string) => Parsed<Method>,
): () => Promise<FolderMethods<Method>> {
  let good = new Map<string, Method>()
  return async () => {
    const names = await listFiles(join(folder, part))
    const found = await Promise.all(
      names.map(async (name) => ({ name, parsed: await parseFile(join(folder, part, name), parse) })),
    )
    good = new Map(
      found.flatMap(({ name, parsed }) => {
        const method = parsed.kind === 'method' ? parsed.method : good.get(name)
        return method === undefined ? [] : [[name, method] as const]
      }),
    )
    const faults = found.flatMap(({ name, parsed }) =>
      parsed.kind === 'fault' ? [{ file: `${part}/${name}`, ...parsed.fault }] : [],
    )
    return { methods: [...good.values()], faults }
  }
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names
      .filter((name) => name.endsWith('.md') && !name.startsWith('.'))
      .toSorted()
      .slice(0, MAX_FILES)
  } catch {
    // No folder, no methods: the skill says that there are none and where they belong.
    return []
  }
}

async function parseFile<Method>(path: string, parse: (text: string) => Parsed<Method>): Promise<Parsed<Method>> {
  try {
    return parse(await readFile(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    return { kind: 'fault', fault: { line: null, reason: `The file cannot be read (${reason}).` } }
  }
}

/** The faults as a person reads them beside an answer. */
export function faultSentences(faults: readonly MethodFault[]): string[] {
  return faults.map(
    ({ file, line, reason }) => `The method file ${file}${line === null ? '' : `, line ${line}`}: ${reason}`,
  )
}
