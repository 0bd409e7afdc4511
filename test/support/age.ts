import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** The `age` tool itself, with one identity that its `age-keygen` made. */
export interface Age {
  readonly recipient: string
  /** `AGE-SECRET-KEY-1...`. */
  readonly identity: string
  /** The file of the identity, with its comments. */
  readonly identityFile: string
  encrypt(plain: Buffer): Buffer
  decrypt(sealed: Buffer): Buffer
}

const MOST_BYTES = 64 * 1024 * 1024

/** Makes the identity; its folder goes when the file ends. */
export function openAge(): Age {
  const folder = mkdtempSync(join(tmpdir(), 'age-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const identityFile = join(folder, 'identity.txt')
  execFileSync('age-keygen', ['-o', identityFile], { stdio: 'ignore' })
  const identity = /^AGE-SECRET-KEY-1\w+$/m.exec(readFileSync(identityFile, 'utf8'))?.[0] ?? ''
  const recipient = execFileSync('age-keygen', ['-y', identityFile], { encoding: 'utf8' }).trim()
  const run = (words: readonly string[], input: Buffer): Buffer => {
    const file = join(folder, 'input')
    writeFileSync(file, input)
    return execFileSync('age', [...words, file], { maxBuffer: MOST_BYTES })
  }
  return {
    recipient,
    identity,
    identityFile,
    encrypt: (plain) => run(['-r', recipient], plain),
    decrypt: (sealed) => run(['-d', '-i', identityFile], sealed),
  }
}
