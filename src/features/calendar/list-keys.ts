import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { coversKey, parseKnobKey, type KnobKey } from '#domain/calendar/knobs.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import { baseOf, type KnownBases } from './known-bases.ts'

/**
 * Keys worth showing, in order: those gone by here, and those that the calendar speaks of. A pattern stands for the keys gone
 * by that it covers, and for itself where it covers none. Without `context`, which is told apart.
 */
export function listKeys(plan: CalendarPlan, bases: KnownBases): readonly string[] {
  const coverable = [...bases.keys(), ...alertKeys(bases)].flatMap((text) => {
    const key = parseKnobKey(text)
    return 'message' in key ? [] : [{ text, key }]
  })
  const spoken = plan.policies.flatMap(({ policy }) => policy.settings.map(({ key }) => key))
  const keys = spoken.flatMap((setting) => {
    if (!setting.target.includes('*')) return [keyText(setting)]
    const covered = coverable.filter(({ key }) => coversKey(setting, key)).map(({ text }) => text)
    return covered.length > 0 ? covered : [keyText(setting)]
  })
  return [...new Set([...bases.keys(), ...keys])].filter((key) => key !== 'context').toSorted()
}

function alertKeys(bases: KnownBases): readonly string[] {
  return ALERT_RULES.flatMap(({ id }) => [`alerts.${id}.threshold`, `alerts.${id}.for`]).filter(
    (key) => baseOf(bases, key) !== undefined,
  )
}

function keyText({ name, target }: KnobKey): string {
  const [first = '', last] = name.split('.')
  return last === undefined || target === '' ? name : `${first}.${target}.${last}`
}
