import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import type { CacheSavings, CacheStats } from '#contract/cache.ts'
import type { Health } from '#contract/operations.ts'
import { cacheSavingsQuery, cacheStatsQuery, systemHealthQuery } from '../api/queries.ts'
import { command } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { ColumnChart } from '../parts/charts.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { Field, Select } from '../parts/field.tsx'
import { Page, Section } from '../parts/page.tsx'
import { Roster, type RosterColumn } from '../parts/roster.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { classWords, rateWords, savingsLine, sourceWords, tierWords } from '../state/cache-words.ts'
import { bytesWords, countWords, durationWords, exactTime, moneyWords, timeWords } from '../state/words.ts'

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
    >
      <Loaded asked={savings} lines={12}>
        {(told) => <Savings told={told} />}
      </Loaded>
      <Section
        title="Questions by hour"
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
        {savings.data ? <Hours hours={savings.data.hours} /> : null}
      </Section>
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
    </>
  )
}

const CLASS_COLUMNS: readonly RosterColumn<CacheSavings['classes'][number]>[] = [
  { label: 'Kept', cell: (row) => classWords(row.class) },
  { label: 'Money spared', isNumber: true, cell: ({ saved }) => moneyWords(saved) },
  {
    label: 'Waiting spared',
    isNumber: true,
    isLesser: true,
    cell: ({ savedMs }) => (savedMs === 0 ? 'none' : durationWords(savedMs)),
  },
  { label: 'Spared where', isLesser: true, look: () => 'quiet', cell: tierWords },
  { label: 'Answered without making', cell: rateWords },
  { label: 'From where', isLesser: true, look: () => 'quiet', cell: sourceWords },
]

function ClassTable({ told }: { told: CacheSavings }) {
  const title = 'Today, by what was kept'
  return (
    <Section title={title}>
      <Roster label={title} columns={CLASS_COLUMNS} rows={told.classes} rowKey={(row) => row.class} />
    </Section>
  )
}

/** The span moves what is drawn by hour, and nothing else on the page. */
function Hours({ hours }: { hours: CacheSavings['hours'] }) {
  return hours.length > 1 ? (
    <HourChart hours={hours} />
  ) : (
    <p className="quiet small">Drawn from the second hour on in which something was asked.</p>
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
    <ColumnChart
      columns={columns}
      parts={[
        { name: 'answered from what was kept', tone: 'good' },
        { name: 'made', tone: 'soft' },
      ]}
      label={`Questions to the cache by hour, from ${exactTime(first)} to ${exactTime(last)}`}
      format={countWords}
      ends={[timeWords(first, Date.now()), timeWords(last, Date.now())]}
    />
  )
}

const ROOM_COLUMNS: readonly RosterColumn<CacheStats['classes'][number]>[] = [
  { label: 'Kept', cell: (row) => classWords(row.class) },
  { label: 'Values', isNumber: true, cell: ({ tiers }) => countWords(tiers.l1.entries) },
  { label: 'Room taken', isNumber: true, cell: ({ tiers }) => bytesWords(tiers.l1.bytes) },
  { label: 'At most', isNumber: true, isLesser: true, cell: ({ tiers }) => bytesWords(tiers.l1.maxBytes) },
  {
    label: 'Left for want of room',
    isNumber: true,
    isLesser: true,
    cell: ({ tiers }) => countWords(tiers.l1.evictions),
  },
]

function RoomSection() {
  const stats = useQuery(cacheStatsQuery)
  const title = 'Room in this process'
  return (
    <Section title={title}>
      <Loaded asked={stats} lines={4}>
        {({ classes }) =>
          classes.length === 0 ? (
            <p className="quiet small">Nothing is kept yet.</p>
          ) : (
            <Roster label={title} columns={ROOM_COLUMNS} rows={classes} rowKey={(row) => row.class} />
          )
        }
      </Loaded>
    </Section>
  )
}

const REDIS_WORDS: Readonly<Record<string, string>> = {
  degraded: 'Redis is not as it should be.',
  down: 'Redis does not answer. Everything works without it, slower.',
  not_configured: 'Each process keeps its own.',
  unknown: 'It is not known yet how Redis is.',
}

/** Of one that does not work as it should; what its last look found says more than its state. */
function redisWords(redis: Health['components'][string] | undefined): string {
  return redis?.detail ?? REDIS_WORDS[redis?.status ?? 'unknown'] ?? ''
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
              {redis?.status === 'ok' ? `Redis is shared by all processes. ${redis.detail ?? ''}` : redisWords(redis)}
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
          hint="What hangs on it is made anew when it is next asked for; nothing is lost. A connection's answers hang on mcp-server: and its id, pages and results on data:records, data:standings, data:memories, data:drafts and data:people."
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
