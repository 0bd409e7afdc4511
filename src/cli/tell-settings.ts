import { parseEnv } from 'node:util'

interface InstalledSettings {
  /** Where they belong. */
  readonly file: string
  /** Those of the environment, as lines of such a file. */
  readonly lines: string
  /** What was in the file before; null: there was none. */
  readonly before: string | null
  readonly isBySudo: boolean
}

/** By name, which settings the service goes by after an installation, and which not although they are set here; values are told of none. */
export function tellSettings({ file, lines, before, isBySudo }: InstalledSettings): string {
  const here = parseEnv(lines)
  const names = Object.keys(here)
  if (before === null && names.length > 0) return `Settings were written to ${file}: ${names.join(', ')}`
  if (before === null) return `No settings were written: ${isBySudo ? LOST : none(file)}`
  const there = parseEnv(before)
  const left = names.filter((name) => here[name] !== there[name])
  const stay = `Settings stay as they are in ${file}`
  return left.length === 0
    ? stay
    : `${stay}. Set here otherwise, and not taken: ${left.join(', ')}. To have them, write them there and run this again.`
}

const STANDARD = 'so she goes by the standard ones, with a database of her own'
const LOST = `sudo hands on none of yours, ${STANDARD}. To have some written, name them: sudo --preserve-env=DATABASE_URL,SOPHIA_PUBLIC_URL npx sophia service install`

function none(file: string): string {
  return `none are set here, ${STANDARD}. To have some, set them and run this again, or write them into ${file}.`
}
