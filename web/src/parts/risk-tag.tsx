import type { Client, Deal } from '#contract/records.ts'
import { signalOf } from '../state/skill-figures.ts'
import { labelWords } from '../state/words.ts'
import { Sparkline } from './charts.tsx'
import { SignalTag } from './signal.tsx'
import { Unknown } from './values.tsx'

const LEVELS = { high: 'High', medium: 'Some', low: 'Low', unknown: 'Unknown' } as const

/** A deal's risk as last computed, with the heaviest reason for whoever points at it. */
export function RiskTag({ deal }: { deal: Pick<Deal, 'risk' | 'status'> }) {
  if (!deal.risk) return <Unknown what={deal.status === 'open' ? 'not looked at yet' : 'decided'} />
  return (
    <span title={deal.risk.reason ?? undefined}>
      <SignalTag signal={signalOf(deal.risk.level)}>{LEVELS[deal.risk.level]}</SignalTag>
    </span>
  )
}

/** A client's health as last computed: the score with its band. */
export function HealthTag({ client }: { client: Pick<Client, 'health'> }) {
  const { health } = client
  if (!health) return <Unknown what="not looked at yet" />
  if (health.score === null) return <SignalTag signal="unknown">Unknown</SignalTag>
  return (
    <span className="health-tag" title={health.reason ?? undefined}>
      {/* Cut, not rounded, as its band is. */}
      <span className="figure">{Math.floor(health.score)}</span>
      <SignalTag signal={signalOf(health.band)}>{labelWords(health.band)}</SignalTag>
    </span>
  )
}

export function HealthTrend({ client }: { client: Pick<Client, 'health' | 'name'> }) {
  const { health } = client
  if (!health) return <Unknown what="not looked at yet" />
  const words =
    health.change30 === null
      ? `${client.name}: no score from 30 days ago`
      : `${client.name}: ${pointsWords(health.change30)} in 30 days`
  return (
    <span className="health-trend">
      <Sparkline values={health.weekly} label={words} />
      {health.change30 === null ? null : <span className="figure small">{pointsWords(health.change30)}</span>}
    </span>
  )
}

function pointsWords(points: number): string {
  const size = Math.abs(points).toFixed(0)
  if (size === '0') return '±0'
  return points < 0 ? `−${size}` : `+${size}`
}
