import { createFaultList, type CalendarFault, type Defined, type Source } from './fault.ts'
import { parseKnobKey } from './knobs.ts'
import { parsePeriodMatch } from './period-match.ts'
import type { Policy, Setting } from './policy.ts'
import { readSettingValue } from './setting-value.ts'

/** A policy as an operator writes it. */
export interface WrittenPolicy {
  readonly match: string
  readonly settings: readonly WrittenSetting[]
  readonly source: Source
}

export interface WrittenSetting {
  /** `cache.tool:ledger.*.ttl`. */
  readonly key: string
  readonly value: string | number | boolean
  readonly freshAtStart?: boolean | undefined
  /** Where `freshAtStart` stands; where the setting does if it is not said. */
  readonly freshSource?: Source | undefined
  readonly source: Source
}

/** `place` is its number among the policies, from 0; `names` are those of the periods. */
export function definePolicy(
  written: WrittenPolicy,
  { place, names }: { readonly place: number; readonly names: ReadonlySet<string> },
): Defined<Policy> {
  const path = ['policies', String(place)]
  const faults = createFaultList(written.source, path)
  const reading = parsePeriodMatch(written.match, names)
  if ('fault' in reading) faults.addInText('match', reading.fault)
  if (written.settings.length === 0) faults.add('match', 'This policy moves nothing; give it settings or take it out.')
  const settings = written.settings.map((setting) => defineSetting(setting, path))
  const all = [...faults.all, ...settings.flatMap((setting) => ('faults' in setting ? setting.faults : []))]
  if ('fault' in reading || all.length > 0) return { faults: all }
  return {
    value: {
      match: reading.match,
      matchText: written.match.trim(),
      settings: settings.flatMap((setting) => ('value' in setting ? [setting.value] : [])),
      source: written.source,
    },
  }
}

function defineSetting(written: WrittenSetting, path: readonly string[]): Defined<Setting> {
  const faults = createFaultList(written.source, path)
  const refuse = (message: string, suggestion: string | null = null): { faults: readonly CalendarFault[] } => {
    faults.add(written.key, message, suggestion)
    return { faults: faults.all }
  }
  const key = parseKnobKey(written.key)
  if ('message' in key) return refuse(key.message, key.suggestion)
  const value = readSettingValue(key.name, written.value)
  if ('message' in value) return refuse(value.message)
  const isFreshAtStart = written.freshAtStart ?? false
  if (isFreshAtStart && key.name !== 'cache.ttl') {
    return refuse('`freshAtStart` is of the `ttl` of a cache; nothing else is kept from before a period.')
  }
  const { source, freshSource = source } = written
  return { value: { key, value, isFreshAtStart, freshSource, source } }
}
