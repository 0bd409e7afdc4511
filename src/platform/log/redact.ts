const HIDDEN = '[redacted]'

/** How the name of something secret ends: `password`, `clientSecret`, `x-api-key`, `set-cookie`. */
const SECRET_NAME =
  'password|passwd|passphrase|secret|authorization|cookie|api[_-]?key|secret[_-]?key|private[_-]?key|credentials?|token|code_verifier'
const SECRET_KEY = new RegExp(`(?:${SECRET_NAME})$`, 'i')
/** A run of unbounded length would be tried from each of its places: lines are long, and may come from outside. */
const KEY = String.raw`[\w.-]{0,60}(?:${SECRET_NAME})`

/**
 * Secrets by pattern, wherever they stand in a finished log line: our own tokens, providers' keys, bearer and basic headers,
 * passwords in URLs, one-time tokens in addresses, and JSON fields whose name says that they are secret, also inside a text.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bsk-[A-Za-z0-9_-]{8,}/g, `sk-${HIDDEN}`],
  [/\b(Bearer|Basic|DPoP)(\s+|%20|\+)[\w.~+/-]{8,}=*/gi, `$1$2${HIDDEN}`],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g, HIDDEN],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|AKIA|ASIA|AIza)[\w-]{10,}/g, HIDDEN],
  [/\bAGE-SECRET-KEY-1[0-9A-Z]+/gi, HIDDEN],
  [/-----BEGIN ([A-Z ]{0,30}PRIVATE KEY)-----(?:(?!-----)[^"])*-----END \1-----/g, HIDDEN],
  // One that was cut off ends with the text it stands in, or the line would be no JSON any more.
  [
    /-----BEGIN ([A-Z ]{0,30}PRIVATE KEY)-----(?:(?!-----END \1-----)(?:[^"\\\n]|\\[^"\n]))*(?:-----END \1-----)?/g,
    HIDDEN,
  ],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/"\\]{0,200}):[^\s@/"\\]{1,500}@/gi, `$1:${HIDDEN}@`],
  [
    /([#?&;](?:[a-z_]{0,20}token|code|client_secret|api_?key|key|signature|sig|password)=)[^\s&"'\\#;]+/gi,
    `$1${HIDDEN}`,
  ],
  [/(\bhooks\.slack\.com\/services\/)[\w/]+/gi, `$1${HIDDEN}`],
  [/(\b(?:__Host-)?sophia=)[\w.~-]{8,}/g, `$1${HIDDEN}`],
  [new RegExp(String.raw`("${KEY}"\s*:\s*)"(?:[^"\\]|\\.)*"`, 'gi'), `$1"${HIDDEN}"`],
  // A text inside a text: each quote has as many backslashes before it as the texts are deep, four at most.
  [
    new RegExp(String.raw`((?<!\\)(\\{1,15})"${KEY}\2"\s*:\s*\2")(?:[^"\\]|\\+[^"\\]|\2\\+")*\2"`, 'gi'),
    `$1${HIDDEN}$2"`,
  ],
]

/** The line without its secrets. */
export function redactText(line: string): string {
  return PATTERNS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line)
}

const DEEPEST = 6

/**
 * A value without what lies under a key that names a secret, whatever its form; counts such as `tokens: 512` stay. What says itself
 * how it is told, such as an instant or an address, is told so.
 */
export function redactFields(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return '[deeper than a log goes]'
  if (Array.isArray(value)) return value.map((one) => redactFields(one, depth + 1))
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactFields(toldByItself(value), depth + 1)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretKey(key, inner) ? HIDDEN : redactFields(inner, depth + 1),
    ]),
  )
}

/** As JSON would have it. A log line is never worth a failure. */
function toldByItself(value: object): unknown {
  try {
    const text: string | undefined = JSON.stringify(value)
    return text === undefined ? null : JSON.parse(text)
  } catch {
    return '[cannot be told]'
  }
}

function isSecretKey(key: string, value: unknown): boolean {
  const isCount = typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined
  return !isCount && SECRET_KEY.test(key)
}
