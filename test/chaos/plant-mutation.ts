import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutation } from './mutation.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What the program is made of when it runs. */
const PARTS = ['src', 'migrations', 'personas', 'calendars', 'sync', 'prices.yaml', 'package.json']

/** The same place for all, one after the other: what was compiled once of a copy is compiled for the next. */
function placeOfCopies(): string {
  const name = createHash('sha256').update(ROOT).digest('hex').slice(0, 12)
  return join(tmpdir(), `sophia-planted-${name}`)
}

/** A copy of the program with the fault in it; answers its root. Throws when the source has changed so that the edit fits no more. */
export async function plantMutation({ name, edits }: Mutation): Promise<string> {
  const root = placeOfCopies()
  await removePlanted()
  await mkdir(root)
  for (const part of PARTS) await cp(join(ROOT, part), join(root, part), { recursive: true, preserveTimestamps: true })
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  for (const { file, from, to } of edits) {
    const source = await readFile(join(root, file), 'utf8')
    if (source.split(from).length !== 2)
      throw new Error(`"${name}" cannot be planted: ${file} has not exactly once:\n${from}`)
    await writeFile(
      join(root, file),
      source.replace(from, () => to),
    )
  }
  return root
}

/** Removes the copy, if there is one. */
export async function removePlanted(): Promise<void> {
  await rm(placeOfCopies(), { recursive: true, force: true })
}
