import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import { readIfThere } from './read-if-there.ts'

/** A file that the machine's own programs read, with a seal by which it is known again. */
export interface SealedFile {
  readonly path: string
  readonly text: string
  /** How a comment is written in it. */
  readonly comment: Comment
  readonly mode: number
}

export type Comment = 'hash' | 'rem' | 'xml'

const SEAL = 'Written by sophia service install; seal '
const FORMS = { hash: ['# ', ''], rem: ['rem ', ''], xml: ['<!-- ', ' -->'] } as const

/** What is at a path: nothing, a file of ours as it was written, one of ours that was changed, or somebody else's. */
export type Found = 'absent' | 'ours' | 'changed' | 'foreign'

/** The text with its seal at the end. */
export function seal({ text, comment }: Pick<SealedFile, 'comment' | 'text'>): string {
  const [before, after] = FORMS[comment]
  return `${text}${before}${SEAL}${hashOf(text)}${after}${text.includes('\r\n') ? '\r\n' : '\n'}`
}

/** Looks at a file before it is written over or removed. */
export async function findSealed(path: string): Promise<Found> {
  const text = await readIfThere(path)
  if (text === null) return 'absent'
  const at = text.indexOf(SEAL)
  if (at < 0) return 'foreign'
  const lineStart = text.lastIndexOf('\n', at) + 1
  const lineEnd = text.indexOf('\n', at)
  const isLast = lineEnd < 0 || lineEnd === text.length - 1
  const hash = text.slice(at + SEAL.length, at + SEAL.length + HASH_LENGTH)
  return isLast && hash === hashOf(text.slice(0, lineStart)) ? 'ours' : 'changed'
}

/** Writes the file whole. Throws CONFLICT when what is there is not ours or was changed. */
export async function writeSealed(file: SealedFile): Promise<void> {
  assertOurs(file.path, await findSealed(file.path))
  await mkdir(dirname(file.path), { recursive: true })
  const partial = `${file.path}.partial-${process.pid}`
  await rm(partial, { force: true })
  await writeFile(partial, seal(file), { mode: file.mode, flag: 'wx' })
  await rename(partial, file.path)
}

/** Throws CONFLICT for a file that is not ours as we wrote it. */
export function assertOurs(path: string, found: Found): void {
  if (found === 'absent' || found === 'ours') return
  const why = found === 'foreign' ? 'was not written by sophia service install' : 'was changed since it was written'
  throw new SophiaError('CONFLICT', {
    detail: `${path} ${why}, so it is left as it is. Move it away, then run this again.`,
  })
}

const HASH_LENGTH = 64

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
