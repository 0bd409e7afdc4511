import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

interface Certificates {
  /** Of the authority that vouches for both. */
  readonly authorityFile: string
  readonly keyFile: string
  readonly validFile: string
  /** It ended a day ago. */
  readonly endedFile: string
}

/** An authority of a rehearsal, and two certificates for this machine's loopback. Throws with what OpenSSL said. */
export async function makeScratchCertificates(openssl: string, folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true })
  const file = (name: string): string => join(folder, name)
  const [authorityKey, authorityFile] = [file('ca.key'), file('ca.crt')]
  const [keyFile, request] = [file('redis.key'), file('redis.csr')]
  const fresh = ['-newkey', 'rsa:2048', '-nodes']
  const authority = ['-x509', '-days', '2', '-subj', '/CN=drill authority', '-out', authorityFile]
  await run(openssl, ['req', ...fresh, ...authority, '-keyout', authorityKey])
  const server = ['-subj', '/CN=drill', '-addext', 'subjectAltName=IP:127.0.0.1', '-out', request]
  await run(openssl, ['req', ...fresh, ...server, '-keyout', keyFile])
  const sign = async (days: number, name: string): Promise<string> => {
    const by = ['-CA', authorityFile, '-CAkey', authorityKey, '-CAcreateserial', '-copy_extensions', 'copy']
    await run(openssl, ['x509', '-req', '-in', request, ...by, '-days', String(days), '-out', file(name)])
    return file(name)
  }
  return { authorityFile, keyFile, validFile: await sign(2, 'valid.crt'), endedFile: await sign(-1, 'ended.crt') }
}
