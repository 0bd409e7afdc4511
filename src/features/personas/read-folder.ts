import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { contentHash } from '#platform/crypto/ids.ts'
import {
  decodePersona,
  MAX_PERSONA_BYTES,
  parsePersona,
  personaIdOf,
  tooLarge,
  type PersonaFault,
} from './parse-persona.ts'
import type { PersonaFile } from './persona-store.ts'

/** What the folder holds: good files, faulty ones, and the ids of both, so that a faulty file is not taken for a deleted one. */
export interface FolderContents {
  readonly files: readonly PersonaFile[]
  readonly faults: readonly PersonaFault[]
  readonly ids: ReadonlySet<string>
}

/** Above this many files something other than personas lies there. */
const MAX_FILES = 200

/** Reads and checks every `.md` file of the folder except README.md. Rejects when the folder itself cannot be read. */
export async function readFolder(folder: string, skillNames: readonly string[]): Promise<FolderContents> {
  const names = (await readdir(folder)).filter(isPersonaFile).toSorted().slice(0, MAX_FILES)
  const results = await Promise.all(names.map((name) => readPersonaFile(folder, name, skillNames)))
  return {
    files: results.flatMap((result) => ('file' in result ? [result.file] : [])),
    faults: results.flatMap((result) => ('fault' in result ? [result.fault] : [])),
    ids: new Set(names.flatMap((name) => personaIdOf(name) ?? [])),
  }
}

function isPersonaFile(name: string): boolean {
  return name.endsWith('.md') && !name.startsWith('.') && name.toLowerCase() !== 'readme.md'
}

async function readPersonaFile(
  folder: string,
  name: string,
  skillNames: readonly string[],
): Promise<{ file: PersonaFile } | { fault: PersonaFault }> {
  try {
    const file = path.join(folder, name)
    const { size } = await stat(file)
    if (size > MAX_PERSONA_BYTES) return tooLarge(name, size)
    const decoded = decodePersona(await readFile(file), name)
    if ('fault' in decoded) return decoded
    const parsed = parsePersona(decoded.text, { file: name, skillNames })
    if (parsed.kind === 'fault') return { fault: parsed.fault }
    return { file: { id: parsed.definition.id, hash: contentHash(decoded.text), content: decoded.text } }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    return { fault: { file: name, line: null, reason: `The file cannot be read (${reason}).` } }
  }
}
