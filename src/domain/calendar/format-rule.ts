import { isCompound, ordinal, type AtomRule, type DayRange, type Rule } from './rule.ts'

/** How tightly a rule holds together, loosest first: one that is looser than its place stands in parentheses. */
const TIGHTNESS = { or: 0, and: 1, prefix: 2, postfix: 3 } as const

/** The canonical text of a rule; `parseRule` makes the same rule of it. */
export function formatRule(rule: Rule): string {
  if (!isCompound(rule)) return formatAtom(rule)
  switch (rule.kind) {
    case 'shift':
      return `${rule.count} bd ${rule.side} ${within(rule.of, TIGHTNESS.prefix)}`
    case 'roll':
      return `${within(rule.of, TIGHTNESS.postfix)} roll(${rule.to})`
    case 'not':
      return `not ${within(rule.of, TIGHTNESS.prefix)}`
    case 'and':
    case 'or':
      return rule.all.map((part) => within(part, TIGHTNESS[rule.kind] + 1)).join(` ${rule.kind} `)
  }
}

function formatAtom(rule: AtomRule): string {
  switch (rule.kind) {
    case 'edge':
      return `${rule.edge} ${rule.count} ${rule.unit} of ${rule.span}`
    case 'days':
      return formatDays(rule.ranges)
    case 'nth':
      return `${rule.nth === 'last' ? 'last' : ordinal(rule.nth)} ${rule.weekday} of month`
    case 'nth-bd':
      return `${ordinal(rule.nth)} bd of ${rule.span}`
    case 'every':
      return `every ${rule.weeks === 1 ? '' : `${ordinal(rule.weeks)} `}${rule.weekday} from ${rule.from}`
    case 'weekdays':
      return rule.from === rule.to ? rule.from : `${rule.from}-${rule.to}`
    case 'holiday':
    case 'bd':
      return rule.kind
  }
}

function within(rule: Rule, least: number): string {
  const text = formatRule(rule)
  return tightnessOf(rule) < least ? `(${text})` : text
}

function tightnessOf({ kind }: Rule): number {
  if (kind === 'or' || kind === 'and') return TIGHTNESS[kind]
  return kind === 'not' || kind === 'shift' ? TIGHTNESS.prefix : TIGHTNESS.postfix
}

function formatDays(ranges: readonly DayRange[]): string {
  const texts = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  const isOne = ranges.length === 1 && ranges[0]?.from === ranges[0]?.to
  return `${isOne ? 'day' : 'days'} ${texts.join(', ')} of month`
}
