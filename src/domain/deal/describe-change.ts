import { formatMoney, MICROS } from '../money.ts'

/** One changed field of a deal or a client as the history keeps it. */
interface ChangedField {
  readonly field: string
  readonly from: string | null
  readonly to: string | null
  /** What amounts of it are in; null shows them as plain numbers. */
  readonly currency: string | null
}

const NAMES: Readonly<Record<string, string>> = {
  stage: 'stage',
  stage_entered_on: 'day the stage began',
  expected_close_on: 'expected close',
  closed_on: 'closed day',
  created_on: 'created day',
  value_micros: 'value',
  value_estimate: 'way the value is known',
  next_step: 'next step',
  next_step_on: 'day of the next step',
  champion_contact_id: 'champion',
  economic_buyer_contact_id: 'economic buyer',
  decision_criteria: 'decision criteria',
  lost_reason: 'reason it was lost',
  pushed_count: 'number of pushes',
  rep_id: 'rep',
  client_id: 'client',
  product_id: 'product',
  arr_micros: 'annual recurring revenue',
  revenue_micros: "client's own revenue",
  renewal_on: 'renewal',
  csm_rep_id: 'client-success manager',
  owner_rep_id: 'owner',
  parent_client_id: 'parent',
  nps: 'net promoter score',
}

/** `Expected close moved from 1 May to 9 June` in its parts: what happened, and from what to what. */
export function describeChange({ field, from, to, currency }: ChangedField): { title: string; detail: string | null } {
  const name = NAMES[field] ?? field.replaceAll('_', ' ')
  const [before, after] = [valueWords(field, from, currency), valueWords(field, to, currency)]
  if (field === 'stage' && (to === 'won' || to === 'lost'))
    return { title: `Deal ${to}`, detail: before && `was in ${before}` }
  if (from === null) return { title: `${capital(name)} filled in`, detail: after }
  if (to === null) return { title: `${capital(name)} removed`, detail: before && `was ${before}` }
  const verb = field === 'expected_close_on' ? (to > from ? 'moved later' : 'moved earlier') : 'changed'
  return { title: `${capital(name)} ${verb}`, detail: `from ${before} to ${after}` }
}

function valueWords(field: string, value: string | null, currency: string | null): string | null {
  if (value === null || !field.endsWith('_micros')) return value
  const amountMicros = Number(value)
  if (!Number.isFinite(amountMicros)) return value
  if (currency !== null) return formatMoney({ amountMicros, currency })
  return (amountMicros / MICROS).toLocaleString('en-US', { maximumFractionDigits: 2 })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
