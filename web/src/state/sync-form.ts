import { NewSync, type MappingList } from '#contract/sync.ts'
import type { z } from 'zod'

export type Mapping = z.infer<typeof MappingList>['items'][number]

/** A sync as it stands in the form, all as typed. */
export interface SyncForm {
  readonly mapping: string
  /** The text of the mapping, where it was changed for this connection. */
  readonly ownText: string | null
  readonly settings: Readonly<Record<string, string>>
  readonly currency: string
  readonly minutes: string
}

export const MINUTES_FAULT = 'A whole number from 1 to 10,080, which is a week.'

type SyncFaults = Readonly<Record<string, string>>

/** The tools that a mapping asks, as its text names them. */
export function toolsOf(text: string): string[] {
  const named = [...text.matchAll(/^[ \t]*(?:-[ \t]+)?tool:[ \t]*['"]?([\w.:/-]+)/gm)].map((match) => match[1] ?? '')
  return [...new Set(named)].filter(Boolean)
}

/** The tools of a mapping that the connection does not offer; null when it is not known what it offers. */
export function missingTools(text: string, offered: readonly string[] | null): string[] | null {
  return offered === null ? null : toolsOf(text).filter((tool) => !offered.includes(tool))
}

/** The form to begin with: the first mapping whose tools are all there. */
export function startForm(mappings: readonly Mapping[], offered: readonly string[] | null): SyncForm {
  const fitting = mappings.find(
    ({ text, faults }) => faults.length === 0 && missingTools(text, offered)?.length === 0 && toolsOf(text).length > 0,
  )
  const chosen = fitting ?? mappings.find(({ name }) => name === 'generic') ?? mappings[0]
  return { mapping: chosen?.name ?? 'generic', ownText: null, settings: {}, currency: 'USD', minutes: '60' }
}

/** What the form says as the contract wants it, or the fault of each field. */
export function readForm(
  serverId: string,
  form: SyncForm,
  wanted: readonly string[],
): { body: NewSync } | { faults: SyncFaults } {
  const settings = Object.fromEntries(wanted.map((name) => [name, form.settings[name]?.trim() ?? '']))
  const minutes = readMinutes(form.minutes)
  const missing = wanted.filter((name) => settings[name] === '').map((name) => [name, 'The mapping wants this.'])
  const read = NewSync.safeParse({
    serverId,
    mapping: form.mapping,
    ...(form.ownText === null ? {} : { mappingText: form.ownText }),
    settings,
    currency: form.currency.trim().toUpperCase(),
    scheduleMinutes: minutes ?? 0,
  })
  if (read.success && missing.length === 0) return { body: read.data }
  return { faults: { ...Object.fromEntries((read.error?.issues ?? []).map(faultOf)), ...Object.fromEntries(missing) } }
}

const OWN_WORDS: Readonly<Record<string, readonly [field: string, fault: string]>> = {
  currency: ['currency', 'Three letters, such as EUR.'],
  scheduleMinutes: ['minutes', MINUTES_FAULT],
}

/** The field of the form and what is wrong with it. */
function faultOf({ path, message }: z.core.$ZodIssue): readonly [field: string, fault: string] {
  const [field = '', name] = path.map(String)
  return OWN_WORDS[field] ?? [name ?? field, message]
}

/** Minutes as typed; null for what is no such number. */
export function readMinutes(typed: string): number | null {
  const minutes = Number(typed.trim().replaceAll(',', ''))
  return typed.trim() !== '' && Number.isInteger(minutes) && minutes >= 1 && minutes <= 10_080 ? minutes : null
}
