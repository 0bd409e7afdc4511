import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { DealDetail } from '#contract/records.ts'
import { dealQuery } from '../api/queries.ts'
import { AskButtons } from '../parts/ask-buttons.tsx'
import { ContactList } from '../parts/contact-list.tsx'
import { Page, Section } from '../parts/page.tsx'
import { DealFacts, DealQualification } from '../parts/record-facts.tsx'
import { RecordMemories } from '../parts/record-memories.tsx'
import { SkillTabs, type SkillTab } from '../parts/skill-tabs.tsx'
import { SourceLine } from '../parts/source-line.tsx'
import { Loaded } from '../parts/states.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { longDay } from '../state/words.ts'

export function DealPage({ id }: { id: string }) {
  const deal = useQuery(dealQuery(id))
  const record = deal.data
  return (
    <Page
      title={record?.name ?? 'Deal'}
      note={
        <>
          <Link href="/deals" className="text-link">
            Deals
          </Link>
          {record ? ` · as of ${longDay(record.asOf)}` : ''}
        </>
      }
      sources={<SourceLine recordId={id} />}
      {...(record ? { actions: <AskButtons about={{ kind: 'deal', id, label: record.name }} /> } : {})}
    >
      <Loaded asked={deal} lines={10}>
        {(found) => (
          <div className="record">
            <div className="record-main">
              <SkillTabs label="Work on this deal" tabs={dealTabs(found)}>
                <Section title="History">
                  <Timeline entries={found.history} asOf={found.asOf} />
                </Section>
              </SkillTabs>
            </div>
            <div className="record-side">
              <DealFacts deal={found} />
              <RecordMemories kind="deal" id={found.id} />
              <Section title="Qualification">
                <DealQualification deal={found} />
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

function dealTabs({ id, status }: DealDetail): SkillTab[] {
  const input = { about: id }
  const persona = 'marcus'
  return [
    ...(status === 'open' ? [{ name: 'risk', label: 'Risk', persona, skill: 'coach-deal', input: { deal: id } }] : []),
    { name: 'meeting', label: 'Meeting', persona, skill: 'prepare-meeting', input },
    { name: 'call', label: 'Last call', persona, skill: 'review-call', input: { call: id } },
  ]
}
