import { describeFall, worstFall } from '#domain/client/describe-health.ts'
import type { HealthFigures } from '#domain/client/health.ts'
import { countOf, formatShare } from '#domain/figure-text.ts'
import type { AttentionCandidate } from '#domain/home/attention.ts'
import type { Evidence, EvidenceKind } from '#domain/skill.ts'
import type { ClientAttentionRow } from './client-attention-store.ts'

/** Below this score a renewal is worth a word. */
const HEALTHY_FROM = 75

/** A renewal within 90 days at a client that is not healthy; a healthy or unknown one is no candidate by itself. */
export function renewalAtRisk(row: ClientAttentionRow, health: HealthFigures | undefined): AttentionCandidate[] {
  const score = health?.score ?? null
  if (health === undefined || score === null || score >= HEALTHY_FROM) return []
  const down = health.drivers.filter((driver) => driver.direction === 'down')
  return [
    clientCandidate(row, {
      kind: 'renewal_at_risk',
      title: `${row.name} renews in ${countOf(row.days, 'day')} with a health of ${Math.floor(score)}`,
      why:
        [...usageFall(health), ...down.slice(0, 2).map((driver) => driver.text)].join('; ') ||
        'No single cause stands out',
      label: 'up for renewal a year',
      urgency: Math.min(1, 0.5 + 0.3 * (1 - row.days / 90) + 0.2 * ((HEALTHY_FROM - score) / HEALTHY_FROM)),
      evidence: down.flatMap((driver) => driver.evidence).slice(0, 5),
      daysPast: null,
    }),
  ]
}

function usageFall(health: HealthFigures): string[] {
  const fall = worstFall(health)
  return fall ? [`Active users ${describeFall(fall)}`] : []
}

export function overdueInvoices(row: ClientAttentionRow): AttentionCandidate {
  return clientCandidate(row, {
    kind: 'overdue_invoices',
    title: `${row.name} is ${countOf(row.days, 'day')} late with ${countOf(row.count, 'invoice')}`,
    why: `Unpaid past the due day; the oldest since ${countOf(row.days, 'day')}.`,
    label: 'overdue',
    urgency: 0.55 + 0.35 * Math.min(1, row.days / 90),
    evidence: refs('invoice', row.rowIds, 'overdue invoice'),
    daysPast: row.days,
  })
}

export function championGone(row: ClientAttentionRow): AttentionCandidate {
  const who = row.personName ?? 'The champion'
  return clientCandidate(row, {
    kind: 'client_champion_left',
    title: `${who}, your champion at ${row.name}, has left`,
    why: `Gone for ${countOf(row.days, 'day')}, with the renewal within half a year.`,
    label: 'up for renewal a year',
    urgency: 0.85,
    evidence: row.personId === null ? [] : [{ kind: 'contact', id: row.personId, label: who }],
    daysPast: row.days,
  })
}

export function usageDrop(row: ClientAttentionRow): AttentionCandidate {
  return clientCandidate(row, {
    kind: 'usage_drop',
    title: `${row.name} uses it ${formatShare(Math.abs(row.change ?? 0))} less than a month ago`,
    why: 'Mean active users of the last 30 days against the 30 days before.',
    label: 'a year from this client',
    urgency: 0.55 + 0.35 * Math.min(1, Math.abs(row.change ?? 0) / 0.5),
    evidence: refs('usage', row.rowIds, 'usage'),
    daysPast: null,
  })
}

export function silentClient(row: ClientAttentionRow): AttentionCandidate {
  return clientCandidate(row, {
    kind: 'silent_client',
    title: `Nobody has spoken with ${row.name} for ${countOf(row.days, 'day')}`,
    why: 'The last recorded activity lies that far back.',
    label: 'a year from this client',
    urgency: 0.4 + 0.3 * Math.min(1, row.days / 120),
    evidence: refs('activity', row.rowIds, 'last activity'),
    daysPast: row.days,
  })
}

type Found = Pick<AttentionCandidate, 'kind' | 'title' | 'why' | 'urgency' | 'evidence' | 'daysPast'> & {
  readonly label: string
}

function clientCandidate(row: ClientAttentionRow, { label, ...found }: Found): AttentionCandidate {
  const record: Evidence = { kind: 'client', id: row.id, label: row.name }
  return {
    ...found,
    id: `${found.kind}:${row.id}`,
    stake: {
      amount: row.amountMicros === null ? null : { amountMicros: row.amountMicros, currency: row.currency },
      label: row.amountMicros === null ? `${label}: amount unknown` : label,
      isEstimated: false,
    },
    owner: row.owner,
    record,
    evidence: [record, ...found.evidence].filter(
      (item, index, all) => all.findIndex((other) => other.kind === item.kind && other.id === item.id) === index,
    ),
    ask: { persona: 'sarah', text: `How healthy is ${row.name}?` },
  }
}

function refs(kind: EvidenceKind, ids: readonly string[], label: string): Evidence[] {
  return ids.map((id) => ({ kind, id, label: `${label} ${id}` }))
}
