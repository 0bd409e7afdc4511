import assert from 'node:assert/strict'
import { defineCalendar, type WrittenDefinition } from '#domain/calendar/define-calendar.ts'
import type { WrittenPeriod } from '#domain/calendar/define-period.ts'
import type { WrittenSetting } from '#domain/calendar/define-policy.ts'
import { compilePlan, type CalendarDefinition, type CalendarPlan } from '#domain/calendar/plan.ts'
import type { DaySpan } from '#domain/calendar/windows.ts'

type ShortSetting = WrittenSetting['value'] | { readonly value: string; readonly freshAtStart: boolean }

/** A calendar file in a few words; each thing stands on the line of its place, periods from 10, policies from 100. */
export interface ShortDefinition {
  readonly periods: Readonly<Record<string, Omit<WrittenPeriod, 'name' | 'source'>>>
  readonly policies: readonly (readonly [match: string, settings: Readonly<Record<string, ShortSetting>>])[]
}

export function writeDefinition({ periods, policies }: ShortDefinition): WrittenDefinition {
  const at = (line: number): { file: string; line: number } => ({ file: 'calendar.yaml', line })
  return {
    calendars: [{ name: 'ny', base: 'us-fed', timezone: 'America/New_York', source: at(1) }],
    periods: Object.entries(periods).map(([name, period], index) => ({ name, source: at(10 + index), ...period })),
    policies: policies.map(([match, settings], index) => ({
      match,
      source: at(100 + 10 * index),
      settings: Object.entries(settings).map(([key, setting], place) => ({
        key,
        source: at(101 + 10 * index + place),
        ...(typeof setting === 'object' ? setting : { value: setting }),
      })),
    })),
  }
}

function defineShort(short: ShortDefinition): CalendarDefinition {
  const defined = defineCalendar(writeDefinition(short))
  assert.ok('value' in defined, JSON.stringify(defined))
  return defined.value
}

export function planOf(short: ShortDefinition, span: DaySpan): CalendarPlan {
  return compilePlan(defineShort(short), span)
}
