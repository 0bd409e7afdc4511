import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CertificateSource } from '../tls/certificate-keeper.ts'
import type { Secret } from './secret.ts'

interface TlsValues {
  readonly SOPHIA_TLS_CERT: Secret | null
  readonly SOPHIA_TLS_KEY: Secret | null
  readonly SOPHIA_PUBLIC_URL: string | null
}

type Environment = Readonly<Record<string, string | undefined>>

/** The file that holds a setting's value. What stands where a certificate belongs and is none is where one lies. */
export function fileOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]
  const isPath = name.startsWith('SOPHIA_TLS_') && value !== undefined && !value.includes('-----BEGIN')
  return environment[`${name}_FILE`] || (isPath ? value : undefined) || undefined
}

/** What was typed for a secret, unless it is no more than where one lies; empty for nothing. */
export function typedSecret(environment: Environment, name: string): string {
  const typed = environment[name] ?? ''
  return typed === fileOf(environment, name) && existsSync(typed) ? '' : typed
}

/** Said of what is neither a certificate or key nor the file of one, without quoting it. */
export const NO_PEM =
  'Expected PEM form, which begins with -----BEGIN, or the path of a file that holds it; there is no such file that can be read.'

/** Faults that settings of TLS have only together. */
export const TLS_RULES = [
  {
    path: 'SOPHIA_TLS_CERT',
    message: 'A certificate needs its key, and a key its certificate: set SOPHIA_TLS_CERT and SOPHIA_TLS_KEY.',
    isBroken: (values: TlsValues) => (values.SOPHIA_TLS_CERT === null) !== (values.SOPHIA_TLS_KEY === null),
  },
  {
    path: 'SOPHIA_PUBLIC_URL',
    message: 'Begins with https:// where SOPHIA_TLS_CERT is set.',
    isBroken: (values: TlsValues) =>
      values.SOPHIA_TLS_CERT !== null && values.SOPHIA_PUBLIC_URL?.startsWith('http:') === true,
  },
] as const

/** Where the certificate of the server comes from; null without one. */
export function certificateSource(values: TlsValues, environment: Environment): CertificateSource | null {
  const { SOPHIA_TLS_CERT: chain, SOPHIA_TLS_KEY: key } = values
  if (chain === null || key === null) return null
  const fileNamed = (name: string): string | null => {
    const file = fileOf(environment, name)
    return file === undefined ? null : resolve(file)
  }
  return {
    chain: { pem: chain, file: fileNamed('SOPHIA_TLS_CERT') },
    key: { pem: key, file: fileNamed('SOPHIA_TLS_KEY') },
  }
}
