import { countOf, formatCount, formatShare } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { PipelineChangeKind } from './pipeline-changes.ts'
import type { PipelineOutlook } from './pipeline-outlook.ts'

/** `3 advanced`: a kind of change after its count. */
const CHANGE_WORDS: Readonly<Record<PipelineChangeKind, string>> = {
  won: 'won',
  lost: 'lost',
  advanced: 'advanced',
  moved_back: 'moved back',
  slipped: 'slipped',
  gone_silent: 'gone silent',
  step_missed: 'next steps missed',
  step_kept: 'next steps kept',
  new: 'new',
  field_missing: 'lost a field',
  field_filled: 'had a field filled in',
}

/** The sentence that answers the focus asked for; null for an overview, which the counts answer. */
export function outlookHeadline(outlook: PipelineOutlook): string | null {
  switch (outlook.focus) {
    case 'changes':
      return changesHeadline(outlook)
    case 'forecast':
      return forecastHeadline(outlook)
    case 'coverage':
      return coverageHeadline(outlook)
    case 'concentration':
      return concentrationHeadline(outlook)
    case 'ageing':
    case 'overview':
      return null
  }
}

function changesHeadline({ changes, since, snapshotsSince }: PipelineOutlook): string {
  if (changes === null) return withoutSnapshot(since, snapshotsSince)
  const counts = changes.groups.map((group) => `${formatCount(group.deals)} ${CHANGE_WORDS[group.kind]}`)
  const what = counts.length === 0 ? 'nothing that is followed has changed' : counts.join(', ')
  return `Since ${changes.comparedWith}: ${what}.`
}

function withoutSnapshot(since: string, first: string | null): string {
  return first === null
    ? `What changed since ${since} is not known: no day of the deals has been stored yet.`
    : `What changed since ${since} is not known: days of the deals are stored from ${first} on.`
}

function forecastHeadline({ forecast }: PipelineOutlook): string {
  if (forecast === null) return 'No forecast: no deal is decided, so there are no chances to take.'
  const { open, thisQuarter } = forecast
  if (open.valuedDeals === 0) return 'No forecast in money: no open deal has a value.'
  return `The ${countOf(open.deals, 'open deal')} may bring ${formatMoney(open.expected)}, likely ${formatMoney(open.low)} to ${formatMoney(open.high)}; of that ${formatMoney(thisQuarter.expected)} is expected by ${thisQuarter.to}.`
}

function coverageHeadline({ coverage }: PipelineOutlook): string {
  if (coverage === null)
    return 'Coverage is not known: no rep in this view has a quota, or the view is narrower than a rep.'
  const { ratio, remaining, open, neededRatio, quarterEnd } = coverage
  if (ratio === null) return `The quota up to ${quarterEnd} is reached.`
  const needed = neededRatio === null ? '' : `; at the win rate so far ${neededRatio.toFixed(1)} times is needed`
  return `Open deals cover ${ratio.toFixed(1)} times the ${formatMoney(remaining)} missing to quota by ${quarterEnd} (${formatMoney(open)} open)${needed}.`
}

function concentrationHeadline({ concentration }: PipelineOutlook): string {
  if (concentration === null) return 'Concentration is not known: no open deal has a value.'
  const { topDeals, topDealsShare, topClients, topClientsShare, total } = concentration
  return `${countOf(topDeals.length, 'deal')} hold ${formatShare(topDealsShare)} and ${countOf(topClients.length, 'client')} ${formatShare(topClientsShare)} of the ${formatMoney(total)} open.`
}

/** What a reader must know of how the figures came about; only of parts that are shown. */
export function outlookCaveats({
  coverage,
  changes,
  forecast,
  focus,
  since,
  snapshotsSince,
}: PipelineOutlook): string[] {
  const caveats: string[] = []
  if (coverage !== null && (focus === 'coverage' || focus === 'overview')) {
    caveats.push(
      `Quotas are taken to be per calendar quarter (${coverage.quarterStart} to ${coverage.quarterEnd}); the records do not say.`,
    )
    if (coverage.repsWithoutQuotaCount > 0)
      caveats.push(
        `${countOf(coverage.repsWithoutQuotaCount, 'rep')} without a quota: ${coverage.repsWithoutQuota.map((rep) => rep.label).join(', ')}.`,
      )
  }
  if (changes?.isReconstructed)
    caveats.push(
      `The deals of ${changes.comparedWith} are told by their recorded changes; nobody stored them on the day.`,
    )
  if (changes === null && focus === 'overview') caveats.push(withoutSnapshot(since, snapshotsSince))
  if (forecast !== null && focus === 'forecast') {
    caveats.push('The chances come from outcomes of like deals, not from the signals of each deal.')
    if (forecast.open.deals < 30) caveats.push('The interval is a normal approximation, rough for so few deals.')
  }
  return caveats
}

/** The rows behind the part that was asked for. */
export function outlookEvidence(outlook: PipelineOutlook): Evidence[] {
  const { focus, slipping, coverage } = outlook
  if (focus === 'changes') return changeEvidence(outlook)
  if (focus === 'concentration') return concentrationEvidence(outlook)
  if (focus === 'coverage') return [...(coverage?.repsWithoutQuota ?? [])]
  return slipping.worst.map((line) => line.deal)
}

function changeEvidence({ changes }: PipelineOutlook): Evidence[] {
  return changes?.groups.flatMap((group) => group.lines.flatMap((line) => line.evidence)) ?? []
}

function concentrationEvidence({ concentration }: PipelineOutlook): Evidence[] {
  if (concentration === null) return []
  return [...concentration.topDeals, ...concentration.topClients].map((line) => line.record)
}
