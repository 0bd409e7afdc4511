import { countOf, formatShare } from '../figure-text.ts'
import { formatMoney, type Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import { askMarcus, openRecord, sectionOf, sentenceOf } from './section-parts.ts'
import {
  ENTRIES_SHOWN,
  type CoachingNeed,
  type Found,
  type HomeEntry,
  type HomeSection,
  type QuotaForecast,
  type TeamChange,
  type TeamChangeKind,
} from './sections.ts'

const CHANGE_SIGNALS: Record<TeamChangeKind, HomeEntry['signal']> = {
  lost: 'risk',
  won: 'good',
  slipped: 'watch',
  silent: 'watch',
  riskier: 'risk',
  advanced: 'good',
  new: null,
}

/** What changed among the team's deals since a week ago. */
export function teamChangesSection(found: Found<TeamChange>): HomeSection {
  return sectionOf(
    {
      id: 'team_changes',
      title: 'Changed since last week',
      open: '/pipeline?tab=changes',
      allWell: `Nothing changed among ${countOf(found.lookedAt, 'deal')} since last week.`,
      noData: 'What changed is not known: no stored day of deals lies a week back yet.',
    },
    found,
    changeEntry,
  )
}

function changeEntry(row: TeamChange): HomeEntry {
  const record: Evidence = { kind: 'deal', id: row.dealId, label: row.name }
  return {
    id: `team_changes:${row.kind}:${row.dealId}`,
    title: row.name,
    why: `${sentenceOf(CHANGE_WORDS[row.kind](row.before, row.now))}${row.repName === null ? '' : ` Owner ${row.repName}.`}`,
    figure: row.value === null ? null : `${formatMoney(row.value)}${row.isEstimated ? ' (list price)' : ''}`,
    signal: CHANGE_SIGNALS[row.kind],
    onDay: row.snapshotDays.at(-1) ?? null,
    record,
    evidence: [
      record,
      ...row.snapshotDays.map((day): Evidence => ({
        kind: 'snapshot',
        id: `deal:${row.dealId}:${day}`,
        label: `stored on ${day}`,
      })),
    ],
    action:
      row.kind === 'won' || row.kind === 'lost'
        ? openRecord(record, 'Open the deal')
        : askMarcus(`Coach me on the deal ${row.askName}`),
  }
}

const UNKNOWN_STAGE = 'an unknown stage'
const CHANGE_WORDS: Record<TeamChangeKind, (before: string | null, now: string | null) => string> = {
  lost: (before) => `lost from ${before ?? UNKNOWN_STAGE}`,
  won: (before) => `won from ${before ?? UNKNOWN_STAGE}`,
  slipped: (before, now) => `the expected close moved from ${before ?? 'no day'} to ${now ?? 'no day'}`,
  silent: (_before, now) => `gone silent: the last contact was ${now === null ? 'never recorded' : `on ${now}`}`,
  riskier: (before, now) => `the risk rose from ${before ?? 'unknown'} to ${now ?? 'unknown'}`,
  advanced: (before, now) => `moved on from ${before ?? UNKNOWN_STAGE} to ${now ?? UNKNOWN_STAGE}`,
  new: (_before, now) => `new, in ${now ?? UNKNOWN_STAGE}`,
}

/** Reps with a derived reason to be coached. */
export function coachingSection(found: Found<CoachingNeed>): HomeSection {
  return sectionOf(
    {
      id: 'coaching',
      title: 'Who may want coaching',
      open: '/deals?status=open&sort=risk&order=desc',
      allWell: `Nothing in the deals of ${countOf(found.lookedAt, 'rep')} asks for it.`,
      noData: 'There is no rep with deals in your sight.',
    },
    found,
    coachingEntry,
  )
}

function coachingEntry(need: CoachingNeed): HomeEntry {
  return {
    id: `coaching:${need.repId}`,
    title: need.name,
    why: need.reasons.join(' '),
    figure: need.atRisk === null ? null : `${formatMoney(need.atRisk)} at risk`,
    signal: 'watch',
    onDay: null,
    record: { kind: 'rep', id: need.repId, label: need.name },
    evidence: need.evidence,
    action: askMarcus(`How is ${need.name} doing?`),
  }
}

/** Two-sided 80 % of the normal curve. */
const Z_80 = 1.281552

/** The 80 % range of a forecast, never below what is won already. */
function forecastRange({ won, expected, spreadMicros }: QuotaForecast): { low: Money; high: Money } {
  const { amountMicros: middle, currency } = expected
  const reach = Math.round(Z_80 * spreadMicros)
  return {
    low: { amountMicros: Math.max(won.amountMicros, middle - reach), currency },
    high: { amountMicros: middle + reach, currency },
  }
}

/** All reps of one currency together; independent deals' variances add. Null for fewer than two. */
function teamForecast(rows: readonly QuotaForecast[]): QuotaForecast | null {
  const [first] = rows
  if (first === undefined || rows.length < 2) return null
  const { currency } = first.quota
  if (rows.some((row) => row.quota.currency !== currency)) return null
  const sum = (pick: (row: QuotaForecast) => number): number => rows.reduce((total, row) => total + pick(row), 0)
  const money = (pick: (row: QuotaForecast) => Money): Money => ({
    amountMicros: sum((row) => pick(row).amountMicros),
    currency,
  })
  return {
    repId: '',
    name: `All ${rows.length} reps with a quota`,
    quarterEndsOn: first.quarterEndsOn,
    quota: money((row) => row.quota),
    won: money((row) => row.won),
    expected: money((row) => row.expected),
    spreadMicros: Math.sqrt(sum((row) => row.spreadMicros ** 2)),
    openDeals: sum((row) => row.openDeals),
    uncountedDeals: sum((row) => row.uncountedDeals),
    dealIds: [],
  }
}

/** The team and then each rep against the quota of the quarter, the widest gap first. */
export function forecastSection(found: Found<QuotaForecast>): HomeSection {
  const team = teamForecast(found.rows)
  const ordered = found.rows.toSorted((a, b) => gapOf(b) - gapOf(a) || a.name.localeCompare(b.name))
  const rows = [...(team === null ? [] : [team]), ...ordered].slice(0, ENTRIES_SHOWN)
  return sectionOf(
    {
      id: 'forecast',
      title: 'Forecast against quota',
      open: '/deals?status=open&sort=expectedCloseOn&order=asc',
      allWell: '',
      noData: 'There is no forecast: no rep in your sight has a quota.',
    },
    { ...found, rows, total: found.rows.length },
    forecastEntry,
  )
}

function gapOf({ quota, expected }: QuotaForecast): number {
  return quota.amountMicros - expected.amountMicros
}

function forecastEntry(row: QuotaForecast): HomeEntry {
  const { low, high } = forecastRange(row)
  const share = row.quota.amountMicros > 0 ? row.expected.amountMicros / row.quota.amountMicros : null
  const record: Evidence | null = row.repId === '' ? null : { kind: 'rep', id: row.repId, label: row.name }
  const uncounted =
    row.uncountedDeals === 0
      ? ''
      : ` ${countOf(row.uncountedDeals, 'deal')} due without a value or a chance not counted.`
  return {
    id: `forecast:${row.repId}`,
    title: row.name,
    why: `${formatMoney(row.won)} won, ${formatMoney(row.expected)} expected by ${row.quarterEndsOn} (80 % range ${formatMoney(low)} to ${formatMoney(high)}), quota ${formatMoney(row.quota)}.${uncounted}`,
    figure: share === null ? null : `${formatShare(share)} of quota`,
    signal: forecastSignal(row, { low, high }),
    onDay: row.quarterEndsOn,
    record,
    evidence: [
      ...(record === null ? [] : [record]),
      ...row.dealIds.map(({ id, label }): Evidence => ({ kind: 'deal', id, label })),
    ],
    action: askMarcus(row.repId === '' ? 'How is our pipeline?' : `How is the pipeline of ${row.name}?`),
  }
}

function forecastSignal({ quota }: QuotaForecast, range: { low: Money; high: Money }): HomeEntry['signal'] {
  if (range.low.amountMicros >= quota.amountMicros) return 'good'
  return range.high.amountMicros < quota.amountMicros ? 'risk' : 'watch'
}
