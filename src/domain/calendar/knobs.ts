import { CACHE_POLICIES } from '../cache-policy/policy.ts'
import { matchesPattern } from '../price.ts'
import { nearestWord } from './nearest-word.ts'

/** How several settings of equal priority become one: the text for the colleagues takes all there are. */
export type Combine = 'smallest' | 'largest' | 'most lenient' | 'any' | 'all'

/** What a setting may say: `x0.25`, a number, `top(200)`, `90s`, yes or no, a text, `02:30`. */
export type ValueForm = 'factor' | 'number' | 'top' | 'duration' | 'flag' | 'text' | 'time'

/** Something that a period may move. */
export interface Knob {
  /** What stands between the first and the last part of the key, a pattern when set and a name when asked; null for nothing. */
  readonly target: string | null
  readonly takes: readonly ValueForm[]
  /** Of numbers; durations are in milliseconds, and a threshold has whatever unit its alert has. */
  readonly unit: string
  readonly combine: Combine
  /** No policy moves the value beyond these. Null where only the target knows. */
  readonly limits: { readonly least: number; readonly most: number } | null
  /** Parts of one make no sense; rounded up. */
  readonly isWhole: boolean
  /** Why equal ones become one in this way. */
  readonly why: string
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

function duration(target: string | null, more: Pick<Knob, 'combine' | 'limits' | 'why'>): Knob {
  return { target, takes: ['factor', 'duration'], unit: 'ms', isWhole: false, ...more }
}

function amount(target: string, more: Pick<Knob, 'combine' | 'limits' | 'why' | 'unit' | 'isWhole'>): Knob {
  return { target, takes: ['factor', 'number'], ...more }
}

/** Everything a policy can move, by the first and the last part of its key. */
export const KNOBS = {
  'cache.ttl': duration('class', {
    combine: 'smallest',
    limits: { least: 0, most: 30 * DAY_MS },
    why: 'Whoever asks for fresher answers must get them; the other period loses only hits.',
  }),
  'cache.stale': duration('class', {
    combine: 'smallest',
    limits: { least: 0, most: 30 * DAY_MS },
    why: 'An old answer that one period cannot bear is not given in it.',
  }),
  'cache.prewarm': {
    target: 'class',
    takes: ['factor', 'number', 'top'],
    unit: 'entries',
    isWhole: true,
    combine: 'largest',
    limits: { least: 0, most: 100_000 },
    why: 'More entries made ready serve both periods.',
  },
  'limits.rate': amount('member, key or pattern', {
    unit: 'requests a second',
    isWhole: false,
    combine: 'largest',
    limits: { least: 0, most: 100_000 },
    why: 'The work of one period does not end because another needs less.',
  }),
  'limits.budget': amount('member, key or pattern', {
    unit: 'US dollars a day',
    isWhole: false,
    combine: 'largest',
    limits: { least: 0, most: 1_000_000 },
    why: 'The work of one period does not end because another needs less.',
  }),
  'alerts.threshold': amount('rule', {
    unit: '',
    isWhole: false,
    combine: 'most lenient',
    limits: null,
    why: 'What one period expects is no reason to wake somebody; alerts fire above their threshold, so the largest.',
  }),
  'alerts.for': duration('rule', {
    combine: 'largest',
    limits: { least: 0, most: 7 * DAY_MS },
    why: 'The period that bears it longest decides, as with the threshold.',
  }),
  'mcp.probe': duration('server', {
    combine: 'smallest',
    limits: { least: 1000, most: 60 * MINUTE_MS },
    why: 'The period that wants to know soonest decides; a probe is cheap.',
  }),
  'scale.min': amount('component', {
    unit: 'replicas',
    isWhole: true,
    combine: 'largest',
    limits: { least: 0, most: 1000 },
    why: 'It is a floor: each period needs its own replicas to be there.',
  }),
  'backup.every': duration(null, {
    combine: 'smallest',
    limits: { least: 15 * MINUTE_MS, most: 31 * DAY_MS },
    why: 'The period that can lose least decides.',
  }),
  'backup.at': {
    target: null,
    takes: ['time'],
    unit: 'time of day',
    combine: 'smallest',
    limits: null,
    isWhole: false,
    why: 'One backup is made, before the earliest need.',
  },
  'drills.every': duration(null, {
    combine: 'smallest',
    limits: { least: 0, most: 366 * DAY_MS },
    why: 'A period that wants no drill, which is 0s, has none; of others the one that rehearses most often decides.',
  }),
  'freeze.deploys': {
    target: null,
    takes: ['flag'],
    unit: 'yes or no',
    combine: 'any',
    limits: null,
    isWhole: false,
    why: 'One period that needs quiet is enough.',
  },
  context: {
    target: null,
    takes: ['text'],
    unit: 'text',
    combine: 'all',
    limits: null,
    isWhole: false,
    why: 'The colleagues are told of every period, the most important first.',
  },
} as const satisfies Record<string, Knob>
export type KnobName = keyof typeof KNOBS

/** A key such as `cache.tool:ledger.*.ttl`, taken apart. */
export interface KnobKey {
  readonly name: KnobName
  /** In a setting a pattern in which `*` stands for any run of characters; empty for knobs without one. */
  readonly target: string
}

function isKnobName(name: string): name is KnobName {
  return Object.hasOwn(KNOBS, name)
}

export function knobOf({ name, target }: KnobKey): Knob {
  // Who lost a right is known for no longer than this by a process that did not hear of it: no period makes that longer.
  if (name === 'cache.ttl' && target === 'auth') return AUTH_TTL
  return KNOBS[name]
}

const AUTH_TTL: Knob = { ...KNOBS['cache.ttl'], limits: { least: 0, most: CACHE_POLICIES.auth.softMs } }

/** Takes a key apart, or says what is wrong with it. */
export function parseKnobKey(key: string): KnobKey | { readonly message: string; readonly suggestion: string | null } {
  const [first = '', ...rest] = key.split('.')
  const last = rest.pop()
  const name = last === undefined ? first : `${first}.${last}`
  const target = rest.join('.')
  if (!isKnobName(name)) {
    const near = nearestWord(name, Object.keys(KNOBS))
    return {
      message: `There is no setting \`${key}\`; settings are ${Object.entries(KNOBS).map(keyForm).join(', ')}.`,
      suggestion: near === null ? null : insertTarget(near, target),
    }
  }
  const knob: Knob = KNOBS[name]
  if (knob.target !== null && target === '') {
    return { message: `\`${key}\` needs its ${knob.target} in the middle: ${keyForm([name, knob])}.`, suggestion: null }
  }
  if (knob.target === null && rest.length > 0) {
    return { message: `\`${key}\` has nothing in the middle.`, suggestion: name }
  }
  return { name, target }
}

/** Whether a setting's key is about the key asked for. Of several patterns that fit none is better than the others: all count. */
export function coversKey(setting: KnobKey, asked: KnobKey): boolean {
  return setting.name === asked.name && matchesPattern(setting.target, asked.target)
}

function keyForm([name, knob]: readonly [string, Knob]): string {
  return `\`${knob.target === null ? name : insertTarget(name, `<${knob.target}>`)}\``
}

function insertTarget(name: string, target: string): string {
  const [first, last] = name.split('.')
  return [first, target, last].filter((part) => part !== undefined && part !== '').join('.')
}
