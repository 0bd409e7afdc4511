import { readFile } from 'node:fs/promises'
import { SophiaError } from '#domain/errors.ts'
import { parseAgeIdentities } from '#platform/crypto/age.ts'

/** The option of commands that open a backup. */
export const IDENTITY = ['--identity <file>', 'what opens an encrypted backup, as age-keygen writes it'] as const

/** The identities in a file, none without one. To be read before anything else is done. Throws INVALID_INPUT, repeating nothing of it. */
export async function readIdentity(file: string | undefined): Promise<readonly string[]> {
  if (file === undefined) return []
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SophiaError('INVALID_INPUT', {
      detail: `${file} cannot be read. Check the name and your permissions.`,
      cause,
    })
  })
  const identities = await parseAgeIdentities(text)
  if (identities) return identities
  throw new SophiaError('INVALID_INPUT', {
    detail: `${file} holds no identities of age, which begin with AGE-SECRET-KEY-. One behind a passphrase has to be opened first: age -d`,
  })
}
