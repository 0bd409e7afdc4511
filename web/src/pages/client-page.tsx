import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ClientDetail } from '#contract/records.ts'
import { clientQuery } from '../api/queries.ts'
import { AskButtons } from '../parts/ask-buttons.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { ContactList } from '../parts/contact-list.tsx'
import { Page, Section } from '../parts/page.tsx'
import { ClientFacts, StageTag } from '../parts/record-facts.tsx'
import { RecordMemories } from '../parts/record-memories.tsx'
import { SkillTabs, type SkillTab } from '../parts/skill-tabs.tsx'
import { SourceLine } from '../parts/source-line.tsx'
import { Loaded } from '../parts/states.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { UsageChart } from '../parts/usage-chart.tsx'
import { MoneyText } from '../parts/values.tsx'
import { longDay } from '../state/words.ts'

export function ClientPage({ id }: { id: string }) {
  const client = useQuery(clientQuery(id))
  const record = client.data
  return (
    <Page
      title={record?.name ?? 'Client'}
      note={
        <>
          <Link href="/clients" className="text-link">
            Clients
          </Link>
          {record ? ` · as of ${longDay(record.asOf)}` : ''}
        </>
      }
      sources={<SourceLine recordId={id} />}
      {...(record
        ? {
            actions: (
              <>
                <ButtonLink href={`/clients/${encodeURIComponent(id)}/qbr`}>Business review</ButtonLink>
                <AskButtons about={{ kind: 'client', id, label: record.name }} />
              </>
            ),
          }
        : {})}
    >
      <Loaded asked={client} lines={10}>
        {(found) => (
          <div className="record">
            <div className="record-main">
              <SkillTabs label="Work on this client" tabs={clientTabs(id)}>
                <Section title="Use" note="Active users per day">
                  <UsageChart usage={found.usage} seats={found.licensedSeats} />
                </Section>
                <Section title="History">
                  <Timeline entries={found.history} asOf={found.asOf} />
                </Section>
              </SkillTabs>
            </div>
            <div className="record-side">
              <ClientFacts client={found} />
              <RecordMemories kind="client" id={found.id} />
              <Section title="Deals">
                <ClientDeals client={found} />
              </Section>
              <Section title="Contacts">
                <ContactList contacts={found.contacts} asOf={found.asOf} />
              </Section>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function ClientDeals({ client }: { client: ClientDetail }) {
  if (client.deals.length === 0) return <p className="quiet small">No deals with this client.</p>
  return (
    <ul className="record-lines">
      {client.deals.slice(0, 20).map((deal) => (
        <li key={deal.id}>
          <Link href={`/deals/${encodeURIComponent(deal.id)}`} className="record-line">
            <span className="truncate">{deal.name}</span>
            <MoneyText money={deal.value?.amount ?? null} isEstimated={deal.value?.isEstimated ?? false} />
            <StageTag deal={deal} />
          </Link>
        </li>
      ))}
    </ul>
  )
}

function clientTabs(id: string): SkillTab[] {
  const tab = (name: string, label: string, skill: string): SkillTab => ({
    name,
    label,
    persona: 'sarah',
    skill,
    input: { client: id },
  })
  return [
    tab('health', 'Health', 'assess-health'),
    tab('leaving', 'Risk of leaving', 'predict-churn'),
    tab('intervention', 'Intervention', 'plan-intervention'),
    tab('success', 'Success plan', 'plan-success'),
  ]
}
