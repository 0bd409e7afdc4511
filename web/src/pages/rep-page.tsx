import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { RepDetail } from '#contract/records.ts'
import { performanceQuery, repQuery, skillQuery } from '../api/queries.ts'
import { useAnswerReader } from '../parts/answer-reader.ts'
import { Fact, Facts } from '../parts/facts.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { Page } from '../parts/page.tsx'
import { SkillPanel } from '../parts/skill-panel.tsx'
import { Loaded } from '../parts/states.tsx'
import { MoneyText, Text } from '../parts/values.tsx'
import { countWords, longDay } from '../state/words.ts'

/** One rep: what the numbers carry, against their own past and peers, and what to practise. */
export function RepPage({ id }: { id: string }) {
  const rep = useQuery(repQuery(id))
  const isSales = rep.data?.kind === 'rep'
  const performance = useQuery({ ...performanceQuery(id), enabled: isSales })
  const Reader = useAnswerReader()
  const plan = useQuery({ ...skillQuery('marcus', 'plan-skills', { rep: id }), enabled: isSales })
  return (
    <Page
      title={rep.data?.name ?? 'Rep'}
      note={
        <>
          <Link href="/reps" className="text-link">
            Team
          </Link>
          {rep.data ? ` · as of ${longDay(rep.data.asOf)}` : ''}
        </>
      }
      actions={
        rep.isError && !rep.data ? null : (
          <ButtonLink href={`/deals?repId=${encodeURIComponent(id)}&status=open`}>Open deals</ButtonLink>
        )
      }
    >
      <Loaded asked={rep} lines={10}>
        {(found) => (
          <div className="record record-facts-first">
            <div className="record-main">
              {found.kind === 'rep' ? (
                <>
                  <SkillPanel title="Performance" run={performance} />
                  {/* Below what decides where it stands, so that it is not pushed away while one reads it. */}
                  {performance.isPending || !Reader ? null : <SkillPanel title="Practice" run={plan} />}
                </>
              ) : (
                <p className="quiet">
                  Looks after clients.{' '}
                  <Link className="text-link" href={`/clients?csmRepId=${encodeURIComponent(id)}`}>
                    See them
                  </Link>
                </p>
              )}
            </div>
            <div className="record-side">
              <RepFacts rep={found} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function RepFacts({ rep }: { rep: RepDetail }) {
  return (
    <Facts>
      <Fact name="Manager">
        <Text value={rep.manager} />
      </Fact>
      <Fact name="Region">
        <Text value={rep.region} />
      </Fact>
      <Fact name="Email">
        <Text value={rep.email} />
      </Fact>
      <Fact name="Quota a quarter">
        <MoneyText money={rep.quota} />
      </Fact>
      <Fact name="Open deals">
        <span className="figure">{countWords(rep.openDeals)}</span>
      </Fact>
      <Fact name="Open value">
        <MoneyText money={rep.openValue} />
      </Fact>
      <Fact name="Clients">
        <span className="figure">{countWords(rep.clients)}</span>
      </Fact>
    </Facts>
  )
}
