import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import type { SyncMapping } from '#domain/sync/mapping.ts'
import { parseMapping } from './parse-mapping.ts'

export interface MappingFile {
  readonly name: string
  readonly text: string
  readonly mapping: SyncMapping | null
  readonly faults: readonly string[]
}

/** The mapping files of a folder, read anew each time: a file that was mended counts from the next run on. */
export async function listMappingFiles(folder: string): Promise<MappingFile[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
  const names = files.map((name) => name.slice(0, -'.yaml'.length)).toSorted()
  return Promise.all(names.map((name) => readMappingFile(folder, name)))
}

async function readMappingFile(folder: string, name: string): Promise<MappingFile> {
  const text = await readFile(join(folder, `${name}.yaml`), 'utf8')
  const parsed = parseMapping(text)
  return 'mapping' in parsed
    ? { name, text, mapping: parsed.mapping, faults: [] }
    : { name, text, mapping: null, faults: parsed.faults }
}

interface Wanted {
  readonly mapping: string
  /** Instead of the file. */
  readonly mappingText: string | null
}

/** The mapping of a sync with its text. Throws INVALID_INPUT with every fault and its line. */
export async function openMapping(folder: string, wanted: Wanted): Promise<{ mapping: SyncMapping; text: string }> {
  const { mapping: name, mappingText } = wanted
  const text = mappingText ?? (await readNamed(folder, name))
  const parsed = parseMapping(text)
  if ('mapping' in parsed) return { mapping: parsed.mapping, text }
  const path = mappingText === null ? 'mapping' : 'mappingText'
  const more = parsed.faults.length > 1 ? ` ${parsed.faults.length} faults in all.` : ''
  throw new SophiaError('INVALID_INPUT', {
    detail: `The mapping ${mappingText === null ? `sync/${name}.yaml ` : ''}cannot be used: ${parsed.faults[0] ?? ''}.${more}`,
    faults: parsed.faults.map((message) => ({ path, message })),
  })
}

async function readNamed(folder: string, name: string): Promise<string> {
  // The contract allows only letters, digits and hyphens, so that no name leads out of the folder.
  return readFile(join(folder, `${name}.yaml`), 'utf8').catch(async (error: unknown) => {
    const known = (await listMappingFiles(folder)).map((file) => file.name).join(', ')
    const message = `There is no mapping "${name}"; there are ${known}.`
    throw new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path: 'mapping', message }], cause: error })
  })
}
