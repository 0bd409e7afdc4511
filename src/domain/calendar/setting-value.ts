import { faultOfFigures } from './context-figures.ts'
import { KNOBS, type Knob, type KnobName, type ValueForm } from './knobs.ts'
import { formatDuration, MINUTES_PER_DAY, parseDuration, parseTimeOfDay } from './written-time.ts'

/** What one setting says, in the unit of its knob. */
export type SettingValue =
  /** Of what would hold otherwise. */
  | { readonly kind: 'factor'; readonly factor: number }
  | { readonly kind: 'amount'; readonly amount: number }
  | { readonly kind: 'flag'; readonly isOn: boolean }
  /** A time of day is `HH:MM`. */
  | { readonly kind: 'text'; readonly text: string }

const FACTOR = /^[x\u00d7] ?(\d{1,6}(?:\.\d{1,6})?)$/i
const TOP = /^top\((\d{1,9})\)$/i
const MOST_FACTOR = 1000
const MOST_TEXT = 2000

const FORM_WORDS: Readonly<Record<ValueForm, string>> = {
  factor: 'a factor such as `x0.25`',
  number: 'a number',
  top: 'so many of the first, such as `top(200)`',
  duration: 'a duration such as `90s`, `5m`, `4h` or `2d`',
  flag: '`true` or `false`',
  text: `a text of at most ${MOST_TEXT} characters`,
  time: 'a time of day such as `02:30`',
}

/** Reads what a setting says, or says in words what is wrong with it. */
export function readSettingValue(
  name: KnobName,
  written: string | number | boolean,
): SettingValue | { readonly message: string } {
  const knob: Knob = KNOBS[name]
  for (const form of knob.takes) {
    const value = READERS[form](written)
    if (value) return checkFigures(name, value) ?? checkLimits(name, value)
  }
  const wanted = knob.takes.map((form) => FORM_WORDS[form]).join(' or ')
  const hint = typeof written === 'number' && knob.takes.includes('duration') ? '; a number has no unit' : ''
  return { message: `\`${name}\` takes ${wanted}, not \`${String(written)}\`${hint}.` }
}

const READERS: Readonly<Record<ValueForm, (written: string | number | boolean) => SettingValue | undefined>> = {
  factor: (written) => {
    const factor = Number(FACTOR.exec(String(written))?.[1] ?? Number.NaN)
    return factor <= MOST_FACTOR ? { kind: 'factor', factor } : undefined
  },
  number: (written) => (typeof written === 'number' && Number.isFinite(written) ? amount(written) : undefined),
  top: (written) => {
    const first = TOP.exec(String(written).trim())?.[1]
    return first === undefined ? undefined : amount(Number(first))
  },
  duration: (written) => amount(parseDuration(String(written))),
  flag: (written) => (typeof written === 'boolean' ? { kind: 'flag', isOn: written } : undefined),
  text: (written) =>
    typeof written === 'string' && written.trim() !== '' && written.length <= MOST_TEXT
      ? { kind: 'text', text: written.trim() }
      : undefined,
  time: (written) => {
    const minutes = parseTimeOfDay(String(written))
    if (minutes === undefined || minutes === MINUTES_PER_DAY) return undefined
    const two = (figure: number): string => String(figure).padStart(2, '0')
    return { kind: 'text', text: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` }
  },
}

function amount(value: number | undefined): SettingValue | undefined {
  return value === undefined ? undefined : { kind: 'amount', amount: value }
}

/** A line for the colleagues may hold figures, and only those that there are. */
function checkFigures(name: KnobName, value: SettingValue): { readonly message: string } | undefined {
  if (name !== 'context' || value.kind !== 'text') return undefined
  const message = faultOfFigures(value.text)
  return message === null ? undefined : { message }
}

/** A factor is held to the limits when it is applied; whoever writes down a value beyond them is told. */
function checkLimits(name: KnobName, value: SettingValue): SettingValue | { readonly message: string } {
  const knob: Knob = KNOBS[name]
  if (value.kind !== 'amount' || knob.limits === null) return value
  const { least, most } = knob.limits
  if (value.amount >= least && value.amount <= most) return value
  const [from, to] = [least, most].map((limit) => formatAmount(knob, limit))
  return { message: `\`${name}\` is held from ${from} to ${to}; ${formatAmount(knob, value.amount)} lies beyond.` }
}

/** A number as people read it: durations in their largest even unit, others to six figures. */
export function formatAmount(knob: Knob, value: number): string {
  return knob.unit === 'ms' ? formatDuration(value) : String(Number(value.toPrecision(6)))
}

/** As people read it: `x0.25`, `90s`, `yes`. */
export function formatSettingValue(name: KnobName, value: SettingValue): string {
  switch (value.kind) {
    case 'factor':
      return `x${value.factor}`
    case 'amount':
      return formatAmount(KNOBS[name], value.amount)
    case 'flag':
      return value.isOn ? 'yes' : 'no'
    case 'text':
      return value.text
  }
}
