import { createHash } from 'node:crypto'
import { SETTINGS } from './settings.ts'

/** Each process of a deployment may have its own; that they differ is no change. */
const OWN: ReadonlySet<string> = new Set([
  'SOPHIA_HOME',
  'SOPHIA_HOME_LASTS',
  'SOPHIA_HOST',
  'SOPHIA_PORT',
  'SOPHIA_PUBLIC_URL',
])
const PLAIN_DIGITS = 16
/** So short that it tells a secret from another nearly always, and next to nothing of what it is. */
const SECRET_DIGITS = 4

/** By setting, what tells one value from another without telling it. */
export function settingPrints(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const prints = Object.entries(SETTINGS).flatMap(([name, { isSecret }]) => {
    if (OWN.has(name)) return []
    const raw = environment[name] || environment[`${name}_FILE`]
    const print = createHash('sha256').update(`${name}=${raw}`).digest('hex')
    return [[name, raw ? print.slice(0, isSecret ? SECRET_DIGITS : PLAIN_DIGITS) : 'not set'] as const]
  })
  return Object.fromEntries(prints)
}
