import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import type { z } from 'zod'
import type { UsageReport } from '#contract/access.ts'
import { usageQuery } from '../api/queries.ts'
import { BudgetSection } from '../parts/budget-section.tsx'
import { Select } from '../parts/field.tsx'
import { Page, Section } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { MoneyText } from '../parts/values.tsx'
import { groupUsage, type UsageGroup } from '../state/usage-rows.ts'
import { useMay, useMe } from '../state/use-me.ts'
import { countWords, dayWords, labelWords, moneyWords, plural } from '../state/words.ts'

const SPANS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'A year' },
]

export function UsagePage() {
  const [query, setQuery] = useSearchParams()
  const days = SPANS.find((span) => span.value === query.get('days'))?.value ?? '30'
  const usage = useQuery(usageQuery(Number(days)))
  const seesAll = useMay('usage:read')
  return (
    <Page
      title="Usage"
      note={seesAll ? 'What answers cost, by colleague, member and model' : 'What your answers cost'}
      actions={
        <Select
          label="Days"
          isLabelUnseen
          value={days}
          options={SPANS}
          onChange={(value) => setQuery({ days: value })}
        />
      }
    >
      <TodayLine />
      <Loaded asked={usage} lines={28}>
        {(report) => <Report report={report} seesAll={seesAll} />}
      </Loaded>
      {useMay('budget:manage') ? <BudgetSection /> : null}
    </Page>
  )
}

function TodayLine() {
  const { limits } = useMe()
  return (
    <p className="small">
      You spent <MoneyText money={limits.spentToday} /> today
      {limits.dailyBudget ? (
        <>
          {' '}
          of <MoneyText money={limits.dailyBudget} />
        </>
      ) : (
        '; no daily limit is set'
      )}
      .
    </p>
  )
}

function Report({ report, seesAll }: { report: z.infer<typeof UsageReport>; seesAll: boolean }) {
  if (report.rows.length === 0)
    return <Empty title="No answers in this time." hint="Each answer is counted here with its tokens and its cost." />
  return (
    <>
      <ul className="figures">
        <li className="figure-cell">
          <span className="figure-label">Cost</span>
          <span className="figure-value figure">{moneyWords(report.total.cost)}</span>
          <span className="figure-note">
            {dayWords(report.from, null)} to {dayWords(report.to, null)}
          </span>
        </li>
        <li className="figure-cell">
          <span className="figure-label">Answers</span>
          <span className="figure-value figure">{countWords(report.total.answers)}</span>
          <span className="figure-note">
            {report.total.unpricedAnswers > 0
              ? `${plural(report.total.unpricedAnswers, 'answer')} without a known price, not in the cost`
              : 'All with a known price'}
          </span>
        </li>
      </ul>
      <UsageTable title="By colleague" groups={groupUsage(report.rows, (row) => labelWords(row.persona ?? 'none'))} />
      {seesAll ? (
        <UsageTable title="By member" groups={groupUsage(report.rows, (row) => row.memberName ?? 'No member')} />
      ) : null}
      <UsageTable
        title="By model"
        groups={groupUsage(report.rows, (row) =>
          row.provider === row.model ? row.model : `${row.provider}/${row.model}`,
        )}
      />
    </>
  )
}

function UsageTable({ title, groups }: { title: string; groups: readonly UsageGroup[] }) {
  return (
    <Section title={title}>
      <div className="table-scroll" role="region" aria-label={title} tabIndex={0}>
        <table className="plain usage-table">
          <thead>
            <tr>
              <th scope="col">{title.replace('By ', '').replace(/^./, (letter) => letter.toUpperCase())}</th>
              <th scope="col" className="is-number">
                Answers
              </th>
              <th scope="col" className="is-number">
                Tokens in
              </th>
              <th scope="col" className="is-number">
                Tokens out
              </th>
              <th scope="col" className="is-number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.name}>
                <td>{group.name}</td>
                <td className="is-number">{countWords(group.answers)}</td>
                <td className="is-number">{countWords(group.inputTokens)}</td>
                <td className="is-number">{countWords(group.outputTokens)}</td>
                <td className="is-number">
                  {group.unpriced === group.answers && group.answers > 0 ? (
                    <span className="quiet">no price</span>
                  ) : (
                    moneyWords({ amountMicros: group.costMicros, currency: group.currency })
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
