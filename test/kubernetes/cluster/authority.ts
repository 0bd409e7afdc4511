import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireProgram } from '../../support/find-program.ts'
import { API_URL } from './addresses.ts'

const run = promisify(execFile)
const EC = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')

/** A key and a certificate, as files. */
export interface Identity {
  readonly key: string
  readonly certificate: string
}

interface Subject {
  readonly name: string
  readonly group?: string
  /** Of a server: `IP:…`, `DNS:…`. */
  readonly addresses?: readonly string[]
}

/** The authority that all parts of a cluster trust; its files lie in one folder. */
export interface Authority {
  readonly certificate: string
  issue(file: string, subject: Subject): Promise<Identity>
  /** Where a client finds the API, and as whom it comes; answers the file. */
  clientFile(file: string, subject: Subject): Promise<string>
}

async function openssl(args: readonly string[]): Promise<void> {
  await run(requireProgram('openssl'), [...args])
}

/** Makes an authority that is good for two days. */
export async function makeAuthority(folder: string): Promise<Authority> {
  const place = (file: string): string => join(folder, file)
  const [certificate, key] = [place('ca.crt'), place('ca.key')]
  await openssl(['req', '-x509', ...EC, '-subj', '/CN=sophia-check', '-keyout', key, '-out', certificate])
  async function issue(file: string, { name, group, addresses = [] }: Subject): Promise<Identity> {
    const made = { key: place(`${file}.key`), certificate: place(`${file}.crt`) }
    const usage = ['basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth,clientAuth']
    const names = addresses.length > 0 ? [`subjectAltName=${addresses.join(',')}`] : []
    const who = ['-subj', `${group === undefined ? '' : `/O=${group}`}/CN=${name}`]
    const extensions = [...usage, ...names].flatMap((extension) => ['-addext', extension])
    const files = ['-keyout', made.key, '-out', made.certificate]
    await openssl(['req', '-x509', '-CA', certificate, '-CAkey', key, ...EC, ...who, ...extensions, ...files])
    return made
  }
  async function clientFile(file: string, subject: Subject): Promise<string> {
    const identity = await issue(file, subject)
    const text = clientText(identity, certificate)
    await writeFile(place(`${file}.conf`), text)
    return place(`${file}.conf`)
  }
  return { certificate, issue, clientFile }
}

function clientText({ key, certificate }: Identity, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'own', cluster: { server: API_URL, 'certificate-authority': ca } }],
    users: [{ name: 'own', user: { 'client-certificate': certificate, 'client-key': key } }],
    contexts: [{ name: 'own', context: { cluster: 'own', user: 'own' } }],
    'current-context': 'own',
  })
}
