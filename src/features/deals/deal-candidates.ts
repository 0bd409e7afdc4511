import { formatCount, formatShare, countOf } from '#domain/figure-text.ts'
import type { AttentionCandidate } from '#domain/home/attention.ts'
import { rateDropZ } from '#domain/deal/statistics.ts'
import type { OldDeal } from '#domain/deal/pipeline.ts'
import type { Evidence } from '#domain/skill.ts'
import type { AgeingRow, AttentionRow, FallingRow } from './deal-attention-store.ts'

/** Turns rows into things that may matter today. The words say what was counted; urgency is by kind and time. */

export function overdueStep(row: AttentionRow): AttentionCandidate {
  return dealCandidate(row, {
    kind: 'overdue_next_step',
    title: `The next step on ${row.name} is ${countOf(row.days, 'day')} overdue`,
    why: `Agreed was "${row.nextStep ?? 'a step'}"; nobody recorded that it happened.`,
    urgency: 0.6 + 0.2 * Math.min(1, row.days / 30),
    evidence: [],
  })
}

export function championLeft(row: AttentionRow): AttentionCandidate {
  const who = row.personName ?? 'The champion'
  return dealCandidate(row, {
    kind: 'champion_left',
    title: `${who}, the champion of ${row.name}, has left`,
    why: `Gone for ${countOf(row.days, 'day')}; the deal is still open in ${row.stage} with no one inside to carry it.`,
    urgency: 0.9,
    evidence: row.personId === null ? [] : [{ kind: 'contact', id: row.personId, label: who }],
  })
}

export function stuckDeal(row: AttentionRow, limitDays: number): AttentionCandidate {
  return dealCandidate(row, {
    kind: 'stuck_deal',
    title: `${row.name} has stood in ${row.stage} for ${countOf(row.days, 'day')}`,
    why: `Three in four won deals needed ${countOf(Math.round(limitDays), 'day')} or less from start to close.`,
    urgency: 0.65,
    evidence: [],
  })
}

function dealCandidate(
  row: AttentionRow,
  found: Pick<AttentionCandidate, 'kind' | 'title' | 'why' | 'urgency'> & { evidence: readonly Evidence[] },
): AttentionCandidate {
  const record: Evidence = { kind: 'deal', id: row.id, label: row.name }
  return {
    ...found,
    id: `${found.kind}:${row.id}`,
    stake: {
      amount: row.valueMicros === null ? null : { amountMicros: row.valueMicros, currency: row.currency },
      label: row.valueMicros === null ? 'value unknown' : row.isEstimated ? 'open deal, at list price' : 'open deal',
      isEstimated: row.isEstimated,
    },
    owner: row.repName,
    record,
    evidence: [record, ...found.evidence],
    ask: { persona: 'marcus', text: `Coach me on the deal ${row.askName}` },
    daysPast: row.days,
  }
}

/** Open deals of one rep that are older than nine in ten won deals were. */
export function ageingDeals(
  row: AgeingRow,
  terms: { readonly p90Days: number; readonly currency: string; readonly oldest: readonly OldDeal[] },
): AttentionCandidate {
  const rep = row.repName ?? row.repId
  const whose = rep === null ? 'open deals without a rep' : `open deals of ${rep}`
  const unknown = row.unvalued > 0 ? `, ${formatCount(row.unvalued)} of them without a value` : ''
  const oldest = terms.oldest[0]
  return {
    id: `ageing_deals:${row.repId ?? ''}`,
    kind: 'ageing_deals',
    title: `${formatCount(row.deals)} ${whose} are older than nine in ten won deals were`,
    why: `Nine in ten won deals closed within ${Math.round(terms.p90Days)} days${oldest ? `; the oldest of these, ${oldest.deal.label}, is open for ${oldest.ageDays}` : ''}.`,
    stake: {
      amount: row.amountMicros === null ? null : { amountMicros: row.amountMicros, currency: terms.currency },
      label:
        row.amountMicros === null
          ? `${countOf(row.deals, 'ageing deal')} of unknown value`
          : `${countOf(row.deals, 'ageing deal')}${unknown}`,
      isEstimated: row.estimated > 0,
    },
    owner: rep,
    record: row.repId === null ? null : { kind: 'rep', id: row.repId, label: rep ?? row.repId },
    evidence: terms.oldest.map((old) => old.deal),
    ask: { persona: 'marcus', text: rep === null ? 'How is our pipeline?' : `How is the pipeline of ${rep}?` },
    urgency: 0.5,
    daysPast: null,
  }
}

/** Decided deals a product needs in each window before its rate may be called falling. */
const ENOUGH_DECIDED = 20
/** Standard errors a fall must span: about 1 in 200 by chance for one product, so some 1 in 20 over ten of them. */
const SUREST_FROM = 2.6

/** The product whose win rate of the last 90 days lies below its rate before by more than chance explains, if there is one. */
export function fallingProduct(rows: readonly FallingRow[]): AttentionCandidate[] {
  const falls = rows.flatMap((row) => {
    if (row.decidedNow < ENOUGH_DECIDED || row.decidedBefore < ENOUGH_DECIDED) return []
    const z = rateDropZ({ won: row.wonBefore, n: row.decidedBefore }, { won: row.wonNow, n: row.decidedNow })
    return z >= SUREST_FROM
      ? [{ row, now: row.wonNow / row.decidedNow, before: row.wonBefore / row.decidedBefore }]
      : []
  })
  const worst = falls.toSorted((a, b) => b.before - b.now - (a.before - a.now))[0]
  if (worst === undefined) return []
  const { row, now, before } = worst
  const record: Evidence = { kind: 'product', id: row.id, label: row.name }
  const all = (won: 'wonNow' | 'wonBefore', of: 'decidedNow' | 'decidedBefore'): string =>
    formatShare(sumOf(rows, won) / sumOf(rows, of))
  return [
    {
      id: `falling_win_rate:${row.id}`,
      kind: 'falling_win_rate',
      title: `${row.name} wins less: ${formatShare(now)} of the last 90 days' deals, ${formatShare(before)} before`,
      why: `${formatCount(row.wonNow)} of ${formatCount(row.decidedNow)} decided deals were won, against ${formatCount(row.wonBefore)} of ${formatCount(row.decidedBefore)} in the nine months before, more than chance explains; all products together went from ${all('wonBefore', 'decidedBefore')} to ${all('wonNow', 'decidedNow')}.`,
      stake: { amount: null, label: `${countOf(row.openDeals, 'open deal')} with this product`, isEstimated: false },
      owner: null,
      record,
      evidence: [record],
      ask: { persona: 'marcus', text: 'How is our pipeline by product?' },
      urgency: 0.6,
      daysPast: null,
    },
  ]
}

function sumOf(rows: readonly FallingRow[], field: 'wonNow' | 'wonBefore' | 'decidedNow' | 'decidedBefore'): number {
  return rows.reduce((sum, row) => sum + row[field], 0)
}

/** Open deals that no client can be told from. */
export function dealsWithoutClient(
  count: number,
  some: readonly { id: string; name: string }[],
  of: number,
): AttentionCandidate[] {
  if (count === 0) return []
  return [
    {
      id: 'deals_without_client',
      kind: 'deals_without_client',
      title: `${countOf(count, 'open deal')} ${count === 1 ? 'names' : 'name'} no client`,
      why: `That is ${formatShare(count / of)} of the open deals; nobody can see whom they would go to.`,
      stake: { amount: null, label: `${countOf(count, 'deal')} cannot be followed up`, isEstimated: false },
      owner: null,
      record: null,
      evidence: some.map(({ id, name }) => ({ kind: 'deal' as const, id, label: name })),
      ask: { persona: 'marcus', text: 'How is our pipeline by stage?' },
      urgency: 0.3 * (count / of),
      daysPast: null,
    },
  ]
}

/** Open deals without any value, when that is most of them. */
export function dealsWithoutValue(count: number, of: number, some: readonly OldDeal[]): AttentionCandidate[] {
  if (of === 0 || count / of < 0.5) return []
  return [
    {
      id: 'deals_without_value',
      kind: 'deals_without_value',
      title:
        count === of
          ? `None of the ${countOf(of, 'open deal')} has a value`
          : `${formatCount(count)} of ${countOf(of, 'open deal')} have no value`,
      why: 'Without values nobody can say what the pipeline is worth; mapping the list price at import gives an estimate.',
      stake: { amount: null, label: 'pipeline value unknown', isEstimated: false },
      owner: null,
      record: null,
      evidence: some.slice(0, 5).map((old) => old.deal),
      ask: { persona: 'marcus', text: 'How is our pipeline?' },
      urgency: 0.25 * (count / of),
      daysPast: null,
    },
  ]
}
