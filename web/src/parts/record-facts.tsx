import { Link } from 'wouter'
import type { ClientDetail, Deal, DealDetail } from '#contract/records.ts'
import type { Signal } from '../state/skill-figures.ts'
import { countWords, labelWords, plural } from '../state/words.ts'
import { Fact, Facts } from './facts.tsx'
import { SignalTag } from './signal.tsx'
import { DayText, MoneyText, Text, Unknown } from './values.tsx'

export function DealFacts({ deal }: { deal: DealDetail }) {
  return (
    <Facts>
      <Fact name="Value">
        <MoneyText money={deal.value?.amount ?? null} isEstimated={deal.value?.isEstimated ?? false} />
      </Fact>
      <Fact name="Stage">
        <StageTag deal={deal} />
      </Fact>
      <Fact name="Client">
        {deal.clientId ? (
          <Link className="text-link" href={`/clients/${encodeURIComponent(deal.clientId)}`}>
            {deal.clientName ?? deal.clientId}
          </Link>
        ) : (
          <Unknown what="no client in the data" />
        )}
      </Fact>
      <Fact name="Owner">
        <Text value={deal.repName} />
      </Fact>
      <Fact name={deal.closedOn ? 'Closed' : 'Expected close'}>
        <DayText day={deal.closedOn ?? deal.expectedCloseOn} asOf={deal.asOf} />
        {deal.pushedCount > 0 ? <span className="quiet"> · moved {plural(deal.pushedCount, 'time')}</span> : null}
      </Fact>
      <Fact name="Created">
        <DayText day={deal.createdOn} asOf={deal.asOf} />
        {deal.ageDays === null ? null : <span className="quiet"> · {plural(deal.ageDays, 'day')} old</span>}
      </Fact>
      <Fact name="Last activity">
        <DayText day={deal.lastActivityOn} asOf={deal.asOf} />
      </Fact>
      <Fact name="Next step">
        <Text value={deal.nextStep} />
        {deal.nextStepOn ? (
          <span className="quiet">
            {' '}
            · <DayText day={deal.nextStepOn} asOf={deal.asOf} />
          </span>
        ) : null}
      </Fact>
    </Facts>
  )
}

export function DealQualification({ deal }: { deal: DealDetail }) {
  return (
    <Facts>
      <Fact name="Champion">
        <Text value={deal.champion} />
      </Fact>
      <Fact name="Economic buyer">
        <Text value={deal.economicBuyer} />
      </Fact>
      <Fact name="Decision criteria">
        <Text value={deal.decisionCriteria} />
      </Fact>
      <Fact name="Timeline">
        <Text value={deal.timeline} />
      </Fact>
      <Fact name="Competitor">
        <Text value={deal.competitor} />
      </Fact>
      <Fact name="Product">
        <Text value={deal.productName} />
      </Fact>
      <Fact name="List price">
        <MoneyText money={deal.listPrice} />
      </Fact>
      {deal.lostReason ? <Fact name="Why lost">{deal.lostReason}</Fact> : null}
    </Facts>
  )
}

export function ClientFacts({ client }: { client: ClientDetail }) {
  return (
    <Facts>
      <Fact name="ARR">
        <MoneyText money={client.arr} />
      </Fact>
      <Fact name="Renewal">
        <DayText day={client.renewalOn} asOf={client.asOf} />
      </Fact>
      <Fact name="Owner">
        <Text value={client.ownerName} />
      </Fact>
      <Fact name="CSM">
        <Text value={client.csmName} />
      </Fact>
      <Fact name="Segment">
        <Text value={client.segment} />
      </Fact>
      <Fact name="Industry">
        <Text value={client.industry} />
      </Fact>
      <Fact name="Region">
        <Text value={client.region} />
      </Fact>
      <Fact name="Parent">
        <Text value={client.parentName} />
      </Fact>
      <Fact name="Customer since">
        <DayText day={client.customerSince} asOf={null} />
      </Fact>
      <Fact name="Last activity">
        <DayText day={client.lastActivityOn} asOf={client.asOf} />
      </Fact>
      <Fact name="Revenue">
        <MoneyText money={client.revenue} />
      </Fact>
      <Fact name="Employees">
        <Count value={client.employees} />
      </Fact>
      <Fact name="Licensed seats">
        <Count value={client.licensedSeats} />
      </Fact>
      <Fact name="Units managed">
        <Count value={client.unitsManaged} />
      </Fact>
      <Fact name="NPS">
        <Count value={client.nps} />
      </Fact>
    </Facts>
  )
}

function Count({ value }: { value: number | null }) {
  return value === null ? <Unknown /> : <span className="figure">{countWords(value)}</span>
}

const STAGE_STEPS = ['prospecting', 'qualification', 'proposal', 'negotiation']

/** The stage with how far along it is; won and lost as signals with their word. */
export function StageTag({ deal }: { deal: Pick<Deal, 'stage' | 'status'> }) {
  if (deal.status !== 'open') {
    const signal: Signal = deal.status === 'won' ? 'good' : 'risk'
    return <SignalTag signal={signal}>{labelWords(deal.status)}</SignalTag>
  }
  const step = STAGE_STEPS.indexOf(deal.stage)
  return (
    <span className="stage">
      <span className="stage-steps" aria-hidden="true">
        {STAGE_STEPS.map((name, index) => (
          <i key={name} className={index <= step ? 'is-reached' : ''} />
        ))}
      </span>
      {labelWords(deal.stage)}
    </span>
  )
}
