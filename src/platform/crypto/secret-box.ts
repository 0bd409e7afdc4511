import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SophiaError } from '#domain/errors.ts'

/** Seals what is secret at rest. `context` says what it is for: a sealed value moved elsewhere does not open there. */
export interface SecretBox {
  seal(text: string, context: string): Buffer
  /** Throws CONFIG_NOT_VALID when it was sealed with another key. */
  open(sealed: Buffer, context: string): string
}

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const WRONG_KEY =
  'A stored secret does not open with this SOPHIA_SECRET_KEY. Set the key it was stored with, or enter the secret anew.'

/** AES-256-GCM under a key derived from the given one (HKDF-SHA256), with a fresh nonce each time. */
export function createSecretBox(secretKey: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'sophia secrets at rest', 32))
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), body])
    },
    open(sealed, context) {
      try {
        if (sealed[0] !== VERSION) throw new Error('of another version')
        const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
        const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context)).setAuthTag(tag)
        const body = decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES))
        return Buffer.concat([body, decipher.final()]).toString('utf8')
      } catch (error) {
        throw new SophiaError('CONFIG_NOT_VALID', { detail: WRONG_KEY, cause: error })
      }
    },
  }
}

/** In the home, where no key is set. */
export const KEY_FILE = 'secret.key'
const NO_KEY =
  'Secrets can only be stored once SOPHIA_SECRET_KEY is set, the same for every process of this deployment.'

/** Where the key of a deployment comes from. */
export interface KeySource {
  readonly secretKey: string | null
  readonly home: string
  /** Processes that share a database share its secrets; a key that one of them made for itself would not do. */
  readonly isShared: boolean
}

/** The key that a box of this source would use now; null: there is none yet. None is made. */
export async function findSecretKey({ secretKey, home, isShared }: KeySource): Promise<string | null> {
  if (secretKey !== null || isShared) return secretKey
  return readFile(join(home, KEY_FILE), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
}

/**
 * Tells one key from another and nothing of either. It lies beside archives, in the clear: a key that a person thought up is no quicker
 * tried against it than scrypt allows.
 */
export async function checkOfKey(secretKey: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  scrypt(secretKey, 'sophia check of the key', 16, (error, check) => (error ? reject(error) : resolve(check)))
  return (await promise).toString('hex')
}

/** A box that looks for its key at the first use: the setting, else a file in the home that is made then. */
export function createLazySecretBox(source: KeySource): { get(): Promise<SecretBox> } {
  let box: Promise<SecretBox> | undefined
  const make = async (): Promise<SecretBox> => {
    if (source.secretKey !== null) return createSecretBox(source.secretKey)
    if (source.isShared) throw new SophiaError('CONFIG_NOT_VALID', { detail: NO_KEY })
    return createSecretBox(await keyOfHome(source.home))
  }
  return {
    get: () => {
      // A failure is not kept: the next use may find what was missing.
      box ??= make().catch((error: unknown) => {
        box = undefined
        throw error
      })
      return box
    },
  }
}

/** Made whole under another name first, so that two processes at once end with one key. */
async function keyOfHome(home: string): Promise<string> {
  const file = join(home, KEY_FILE)
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, randomBytes(32).toString('base64'), { mode: 0o600 })
  // It is there already: then that is the key.
  await link(fresh, file).catch(() => undefined)
  await rm(fresh)
  await chmod(file, 0o600)
  return readFileSync(file, 'utf8')
}
