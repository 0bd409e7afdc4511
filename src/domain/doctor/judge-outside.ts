import { failing, together, unknown, warning, well, type Finding } from './finding.ts'

/** What a TLS server showed. */
export interface TlsFacts {
  /** Why the chain or the name is not accepted, as OpenSSL and Node call it; null when it is. */
  readonly refusal: string | null
  /** When the first certificate of the chain ends, null when none was shown. */
  readonly expiresMs: number | null
  /** Such as TLSv1.3. */
  readonly protocol: string
  readonly cipher: string
  /** Whether TLS 1.0 or 1.1 is taken; null when it could not be tried. */
  readonly takesOldProtocols: boolean | null
  /** Whether suites without forward secrecy are taken; null when it could not be tried. */
  readonly takesOldSuites: boolean | null
}

export interface TlsSetting {
  /** `host:port`. */
  readonly place: string
  /** By the settings the certificate is looked at; otherwise anybody could stand in for the server. */
  readonly isVerified: boolean
  readonly nowMs: number
}

const DAY_MS = 86_400_000
/** Certificates of three months are renewed a month before their end. */
const SOON_DAYS = 21

const REFUSALS: Readonly<Record<string, readonly [says: string, fix: string]>> = {
  CERT_HAS_EXPIRED: ['it has expired', 'Renew it.'],
  CERT_NOT_YET_VALID: ['it is not valid yet', 'Look at the clocks of both machines.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'it is for another name',
    'Use the name that stands in the certificate, or renew it for this one.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'it vouches for itself',
    'Name its authority: REDIS_CA_FILE, sslrootcert, or NODE_EXTRA_CA_CERTS.',
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its authority is not known here',
    'Name its authority: REDIS_CA_FILE, sslrootcert, or NODE_EXTRA_CA_CERTS.',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'its authority is not known here',
    'Name its authority: REDIS_CA_FILE, sslrootcert, or NODE_EXTRA_CA_CERTS.',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'the server leaves out part of its chain',
    'Have the server send the whole chain (fullchain.pem).',
  ],
}

export function judgeTls(facts: TlsFacts, setting: TlsSetting): Finding {
  const { cipher, expiresMs, protocol } = facts
  const until = expiresMs === null ? 'no certificate shown' : `certificate until ${dayOf(expiresMs)}`
  const first = well(`${setting.place}: ${protocol} (${cipher}), ${until}.`)
  return together(first, [...certificateFaults(facts, setting), ...protocolFaults(facts)])
}

function certificateFaults({ refusal, expiresMs }: TlsFacts, { isVerified, nowMs }: TlsSetting): Finding[] {
  if (!isVerified)
    return [
      warning(
        'The certificate is not looked at, by the setting: anybody could stand in for the server.',
        'Use sslmode=verify-full, with sslrootcert for an authority of your own.',
      ),
    ]
  if (refusal !== null) {
    const [says, fix] = REFUSALS[refusal] ?? [`${refusal}`, 'Have the server show a certificate that holds.']
    return [failing(`The certificate is not accepted: ${says}.`, fix)]
  }
  const days = expiresMs === null ? Number.POSITIVE_INFINITY : Math.floor((expiresMs - nowMs) / DAY_MS)
  return days < SOON_DAYS ? [warning(`The certificate ends in ${days} days.`, 'Renew it.')] : []
}

function protocolFaults({ protocol, takesOldProtocols, takesOldSuites }: TlsFacts): Finding[] {
  const found: Finding[] = []
  if (!['TLSv1.2', 'TLSv1.3'].includes(protocol))
    found.push(failing(`${protocol} is broken, and Sophia does not speak it.`, 'Have the server offer TLS 1.3 or 1.2.'))
  else if (takesOldProtocols)
    found.push(warning('The server also takes TLS 1.0 or 1.1.', 'Have it take TLS 1.2 and newer only.'))
  if (takesOldSuites)
    found.push(
      warning(
        'The server takes suites without forward secrecy.',
        'Have it take ECDHE suites only (ssl_ciphers, tls-ciphers or the like).',
      ),
    )
  return found
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** What came of asking a provider for the configured models; it costs no tokens. */
export type ProviderFacts =
  | { readonly kind: 'answered'; readonly unknownModels: readonly string[]; readonly models: readonly string[] }
  /** It has no list of models to ask, so that nothing shows whether the key is taken. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly httpStatus: number }
  | { readonly kind: 'busy'; readonly httpStatus: number }
  | { readonly kind: 'away'; readonly reason: string }

export interface ProviderSetting {
  /** `openai`. */
  readonly provider: string
  readonly keySetting: string
  readonly urlSetting: string
}

export function judgeProvider(facts: ProviderFacts, { provider, keySetting, urlSetting }: ProviderSetting): Finding {
  switch (facts.kind) {
    case 'answered': {
      const known = facts.models.filter((model) => !facts.unknownModels.includes(model))
      const first = well(`${provider} takes the key${known.length > 0 ? ` and knows ${known.join(', ')}` : ''}.`)
      if (facts.unknownModels.length === 0) return first
      return together(first, [
        warning(
          `${provider} does not list ${facts.unknownModels.join(', ')}.`,
          'Name a model it has in SOPHIA_MODEL or SOPHIA_EMBEDDING_MODEL.',
        ),
      ])
    }
    case 'silent':
      return unknown(
        `${provider} answers, but has no list of models: whether it takes the key shows the first question.`,
      )
    case 'refused':
      return failing(`${provider} refuses the key (HTTP ${facts.httpStatus}).`, `Set ${keySetting} to one that holds.`)
    case 'busy':
      return unknown(
        `${provider} answers HTTP ${facts.httpStatus}: whether it takes the key is not known.`,
        `Try again later; see the provider's own status, and ${urlSetting}.`,
      )
    case 'away':
      return failing(`${provider} cannot be reached: ${facts.reason}`, `Check the network and ${urlSetting}.`)
  }
}

/** What came of looking at an MCP server of the file. */
export type ServerFacts =
  | {
      readonly kind: 'answered'
      readonly tools: number
      readonly missing: readonly string[]
      readonly version: string | null
    }
  /** A program that Sophia starts; the doctor starts none. */
  | { readonly kind: 'program'; readonly path: string | null; readonly command: string }
  | { readonly kind: 'off' }
  | { readonly kind: 'fault'; readonly class: string; readonly message: string; readonly hasSignIn: boolean }

export function judgeServer(facts: ServerFacts): Finding {
  switch (facts.kind) {
    case 'answered': {
      const version = facts.version === null ? '' : ` (protocol ${facts.version})`
      const first = well(`It answers${version} and has ${facts.tools} tools.`)
      if (facts.missing.length === 0) return first
      const missing = `It lacks expected tools: ${facts.missing.join(', ')}.`
      return together(first, [warning(missing, 'Look at the server, or at expectedTools in the file.')])
    }
    case 'program':
      if (facts.path === null)
        return failing(`There is no program ${facts.command}.`, 'Install it, or name its full path as command.')
      return unknown(
        `The program is there (${facts.path}). It is not started here: sophia mcp probe tells how it answers.`,
      )
    case 'off':
      return unknown('It is switched off in the file and was not asked.')
    case 'fault':
      if (facts.class === 'auth' && facts.hasSignIn)
        return unknown(
          `It wants a sign-in, which the doctor does not have. ${facts.message}`,
          'See under Connections, or: sophia mcp list',
        )
      return failing(facts.message, serverFix(facts.class))
  }
}

function serverFix(faultClass: string): string {
  switch (faultClass) {
    case 'auth':
      return 'Check its headers in the file, or give it credentials: "shared" to sign in.'
    case 'dns':
    case 'transport':
    case 'timeout':
      return 'Check that the server runs and its url in the file. A host inside a private network may be called when the file names it.'
    case 'tls':
      return 'Have the server show a certificate that holds, or name its authority in NODE_EXTRA_CA_CERTS.'
    default:
      return 'Look at the log of that server; it does not keep to the protocol.'
  }
}

/** Of a Sophia that runs on this home, as her own /health says. */
export interface RunningFacts {
  readonly status: string
  readonly version: string
  readonly wrong: readonly { readonly name: string; readonly status: string; readonly detail: string }[]
}

export function judgeRunning({ status, version, wrong }: RunningFacts): Finding {
  const first = well(`Sophia ${version} says that she is ${status}.`)
  return together(
    first,
    wrong.map(({ name, status: state, detail }) => {
      const said = `${name} is ${state}: ${detail}`
      const fix = `See what is said of ${name}, and the log.`
      return state === 'down' ? failing(said, fix) : warning(said, fix)
    }),
  )
}
