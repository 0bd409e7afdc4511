import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type { Identity } from 'age-encryption'

/**
 * Encryption of streams in the format of the `age` tool, by the library of its author. The library is read when it is first needed:
 * it takes a tenth of a second of the start.
 */

/** What opens a sealed stream: an identity as `age-keygen` writes it, or what `seal` gave. */
export type AgeKey = Identity | string

/** None of the keys that were given opens the stream. */
export class NoKeyFits extends Error {
  constructor() {
    super('no key that was given opens it')
    this.name = 'NoKeyFits'
  }
}

interface Sealed {
  readonly sealed: Readable
  /** Opens this one stream. It lives in this process only: nothing of it is in the stream. */
  readonly key: AgeKey
}

/** Encrypts a stream to recipients (`age1...`). Throws where one of them is none. */
export async function seal(plain: AsyncIterable<Uint8Array>, recipients: readonly string[]): Promise<Sealed> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  const own: { fileKey: Uint8Array | null } = { fileKey: null }
  encrypter.addRecipient({
    // Takes note of the key and adds nothing to the header: who made the stream can prove it without anybody's identity.
    wrapFileKey: (fileKey) => {
      own.fileKey = fileKey.slice()
      return []
    },
  })
  const sealed = await encrypter.encrypt(ReadableStream.from(plain))
  return {
    sealed: Readable.from(sealed, { objectMode: false }),
    key: { unwrapFileKey: () => own.fileKey?.slice() ?? null },
  }
}

/** Decrypts a stream. Throws NoKeyFits; the stream itself fails where a byte of it was changed or its end is missing. */
export async function unseal(sealed: AsyncIterable<Uint8Array>, keys: readonly AgeKey[]): Promise<Readable> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const key of keys) decrypter.addIdentity(key)
  // They are asked in order: whoever asks the last one found none that fits.
  decrypter.addIdentity({
    unwrapFileKey: () => {
      throw new NoKeyFits()
    },
  })
  return Readable.from(await decrypter.decrypt(ReadableStream.from(sealed)), { objectMode: false })
}

/** How every file of age's binary form begins. */
export const AGE_MAGIC = 'age-encryption.org/v1\n'

/** Whether a text is a recipient that can be encrypted to; its checksum is looked at. */
export function isAgeRecipient(text: string): boolean {
  // Settings are read in one go, without waiting.
  const { Encrypter }: typeof import('age-encryption') = createRequire(import.meta.url)('age-encryption')
  try {
    new Encrypter().addRecipient(text)
    return true
  } catch {
    // Not one of the forms, or mistyped: both mean that nothing could be encrypted to it.
    return false
  }
}

/**
 * The identities in a file as `age-keygen` writes it: one a line, comments with #. Null where it holds none or something else,
 * of which nothing may be repeated: it may be most of a secret.
 */
export async function parseAgeIdentities(text: string): Promise<string[] | null> {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (identities.length === 0) return null
  const { identityToRecipient } = await import('age-encryption')
  try {
    await Promise.all(identities.map((identity) => identityToRecipient(identity)))
    return identities
  } catch {
    // Mistyped or of another kind; the reason may name parts of it.
    return null
  }
}
