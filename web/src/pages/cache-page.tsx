import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import type { CacheSavings, CacheStats } from '#contract/cache.ts'
import { cacheSavingsQuery, cacheStatsQuery, systemHealthQuery } from '../api/queries.ts'
import { command } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { ColumnChart } from '../parts/charts.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { Field, Select } from '../parts/field.tsx'
import { Page, Section } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { classWords, rateWords, savingsLine, sourceWords } from '../state/cache-words.ts'
import { bytesWords, countWords, durationWords, exactTime, moneyWords } from '../state/words.ts'

const SPANS = [
  { value: '1', label: '24 hours' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
]

/** What is remembered instead of asked again: the money and the waiting it spared, and why. */
export function CachePage() {
  const [query, setQuery] = useSearchParams()
  const days = SPANS.find((span) => span.value === query.get('days'))?.value ?? '1'
  const savings = useQuery(cacheSavingsQuery(Number(days)))
  return (
    <Page
      title="Cache"
      note="What is remembered instead of asked again. All of it may vanish; only time and money are spared by it."
      actions={
        <Select
          label="Span"
          isLabelUnseen
          value={days}
          options={SPANS}
          onChange={(value) => setQuery({ days: value })}
        />
      }
    >
      <Loaded asked={savings} lines={24}>
        {(told) => <Savings told={told} />}
      </Loaded>
      <RoomSection />
      <RedisSection />
      <ForgetSection />
    </Page>
  )
}

function Savings({ told }: { told: CacheSavings }) {
  return (
    <>
      <p className="page-line">{savingsLine(told)}</p>
      {told.classes.length === 0 ? (
        <Empty
          title="Nothing asked yet today."
          hint="Each answer that is given again is counted here, with the money and the wait it spared."
        />
      ) : (
        <ClassTable told={told} />
      )}
      {told.hours.length > 1 ? <HourChart hours={told.hours} /> : null}
    </>
  )
}

function ClassTable({ told }: { told: CacheSavings }) {
  return (
    <Section title="Today, by what was kept">
      <div className="table-scroll" role="region" aria-label="Today, by what was kept" tabIndex={0}>
        <table className="plain roster">
          <thead>
            <tr>
              <th scope="col">Kept</th>
              <th scope="col" className="is-number">
                Money spared
              </th>
              <th scope="col" className="is-number is-lesser">
                Waiting spared
              </th>
              <th scope="col">Answered without making</th>
              <th scope="col" className="is-lesser">
                From where
              </th>
            </tr>
          </thead>
          <tbody>
            {told.classes.map((row) => (
              <tr key={row.class}>
                <td>{classWords(row.class)}</td>
                <td className="is-number">{moneyWords(row.saved)}</td>
                <td className="is-number is-lesser">{row.savedMs === 0 ? 'none' : durationWords(row.savedMs)}</td>
                <td>{rateWords(row)}</td>
                <td className="quiet is-lesser">{sourceWords(row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function HourChart({ hours }: { hours: CacheSavings['hours'] }) {
  const columns = hours.map(({ hour, requests, misses }) => ({
    label: exactTime(hour),
    values: [requests - misses, misses],
  }))
  const first = hours[0]?.hour ?? ''
  const last = hours.at(-1)?.hour ?? ''
  return (
    <Section title="Questions by hour">
      <ColumnChart
        columns={columns}
        parts={[
          { name: 'answered from what was kept', tone: 'good' },
          { name: 'made', tone: 'soft' },
        ]}
        label={`Questions to the cache by hour, from ${exactTime(first)} to ${exactTime(last)}`}
        format={countWords}
      />
    </Section>
  )
}

function RoomSection() {
  const stats = useQuery(cacheStatsQuery)
  return (
    <Section title="Room in this process">
      <Loaded asked={stats} lines={4}>
        {({ classes }: CacheStats) =>
          classes.length === 0 ? (
            <p className="quiet small">Nothing is kept yet.</p>
          ) : (
            <ul className="small">
              {classes.map(({ class: name, tiers: { l1 } }) => (
                <li key={name}>
                  {classWords(name)}: {countWords(l1.entries)} in {bytesWords(l1.bytes)} of {bytesWords(l1.maxBytes)}
                  {l1.evictions > 0 ? `, ${countWords(l1.evictions)} left for want of room` : ''}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}

const REDIS_WORDS: Readonly<Record<string, string>> = {
  ok: 'Redis is shared by all processes.',
  degraded: 'Redis is not as it should be.',
  down: 'Redis does not answer. Everything works without it, slower.',
  not_configured: 'Each process keeps its own.',
  unknown: 'It is not known yet how Redis is.',
}

function RedisSection() {
  const health = useQuery(systemHealthQuery)
  return (
    <Section title="Redis">
      <Loaded asked={health} lines={2}>
        {({ components }) => {
          const redis = components['redis']
          return (
            <p className="small">
              {REDIS_WORDS[redis?.status ?? 'unknown']} {redis?.detail}
            </p>
          )
        }}
      </Loaded>
    </Section>
  )
}

function ForgetSection() {
  const [tag, setTag] = useState('')
  const [isAsking, setIsAsking] = useState(false)
  const forget = useMutation({
    mutationFn: () => command('/api/cache/invalidate', { method: 'POST', json: { tags: [tag.trim()] } }),
    onSuccess: () => {
      setIsAsking(false)
      setTag('')
    },
  })
  return (
    <Section title="Let it forget">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          setIsAsking(true)
        }}
      >
        <Field
          label="Tag"
          value={tag}
          required
          pattern="[!-~]{1,200}"
          placeholder="mcp-server:crm"
          hint="What hangs on it is made anew when it is next asked for; nothing is lost. A connection's answers hang on mcp-server: and its id."
          onChange={(event) => setTag(event.target.value)}
        />
        <div className="actions">
          <Button type="submit">Forget</Button>
          {forget.isSuccess ? (
            <span className="quiet small" role="status">
              Forgotten in every process.
            </span>
          ) : null}
        </div>
      </form>
      {isAsking ? (
        <ConfirmDialog
          title="Let it forget?"
          verb="Forget"
          kept="Nothing was forgotten."
          change={forget}
          onConfirm={() => forget.mutate()}
          onClose={() => setIsAsking(false)}
        >
          <p>
            Nothing made under <strong>{tag.trim()}</strong> answers any more. Until it is made again, answers take
            longer and may cost.
          </p>
        </ConfirmDialog>
      ) : null}
    </Section>
  )
}
