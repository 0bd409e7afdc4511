import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { z } from 'zod'
import type { Budgets } from '#contract/access.ts'
import { calendarAtQuery, upcomingQuery } from '../api/calendar-queries.ts'
import { statusQuery } from '../api/mcp-queries.ts'
import { budgetsQuery, cacheSavingsQuery, usageQuery } from '../api/queries.ts'
import { savingsLine } from '../state/cache-words.ts'
import { addDays, dayAt, startOfDay } from '../state/calendar-days.ts'
import { holdsWords, hoursWords, windowsOn, type Reader } from '../state/calendar-words.ts'
import { orderServers, stateLook, verdictWords } from '../state/server-words.ts'
import { groupUsage } from '../state/usage-rows.ts'
import { useMay } from '../state/use-me.ts'
import { countWords, moneyWords } from '../state/words.ts'
import { SignalTag } from './signal.tsx'
import { Loaded } from './states.tsx'

/** What was spent is counted with each answer. */
const MONEY_EACH_MS = 30_000

/** What has pages of its own, in short: connections, the business calendar, money. */
export function OperationsBeside({ reader }: { reader: Reader }) {
  return (
    <div className="beside">
      <ConnectionsBeside />
      <CalendarBeside reader={reader} />
      <MoneyBeside />
    </div>
  )
}

function Beside({ title, to, children }: { title: string; to: string; children: ReactNode }) {
  return (
    <section className="beside-part">
      <h2>
        <Link href={to} className="text-link">
          {title}
        </Link>
      </h2>
      {children}
    </section>
  )
}

function ConnectionsBeside() {
  const status = useQuery(statusQuery)
  return (
    <Beside title="Connections" to="/connections">
      <Loaded asked={status} lines={3}>
        {(found) => (
          <>
            <p className="small">{verdictWords(found)}</p>
            <ul className="wall small">
              {orderServers(found.servers).map((server) => {
                const { signal, words } = stateLook(server)
                return (
                  <li key={server.id}>
                    <Link href={`/connections/${server.id}`} className="wall-name">
                      {server.name}
                    </Link>
                    <SignalTag signal={signal}>{words}</SignalTag>
                  </li>
                )
              })}
            </ul>
          </>
        )}
      </Loaded>
    </Beside>
  )
}

function CalendarBeside({ reader }: { reader: Reader }) {
  const now = useQuery(calendarAtQuery(null))
  const today = dayAt(reader.zone, reader.nowMs)
  const from = new Date(startOfDay(reader.zone, today)).toISOString()
  const upcoming = useQuery(upcomingQuery({ from, days: 2 }))
  return (
    <Beside title="Business calendar" to="/calendar">
      <Loaded asked={now} lines={3}>
        {({ active, deploys, periods }) => (
          <>
            <p className="small">{holdsWords(active, reader)}</p>
            {deploys.sentence === null ? null : <p className="small watch-text">{deploys.sentence}</p>}
            {upcoming.data
              ? [today, addDays(today, 1)].map((day, ahead) => {
                  const windows = windowsOn(upcoming.data.windows, day, reader.zone)
                  const labels = windows.map(
                    (window) =>
                      `${periods.find(({ name }) => name === window.period)?.label ?? window.period} ${hoursWords(window, day, reader.zone)}`,
                  )
                  return (
                    <p key={day} className="small">
                      <strong>{ahead === 0 ? 'Today' : 'Tomorrow'}</strong>{' '}
                      <span className="quiet">{labels.length === 0 ? 'no period' : labels.join(' · ')}</span>
                    </p>
                  )
                })
              : null}
          </>
        )}
      </Loaded>
    </Beside>
  )
}

function MoneyBeside() {
  const usage = useQuery({ ...usageQuery(1), refetchInterval: MONEY_EACH_MS })
  const mayBudget = useMay('budget:manage')
  const budgets = useQuery({ ...budgetsQuery, enabled: mayBudget, refetchInterval: MONEY_EACH_MS })
  const savings = useQuery({ ...cacheSavingsQuery(1), enabled: useMay('cache:manage') })
  return (
    <Beside title="Money today" to="/usage">
      <Loaded asked={usage} lines={3}>
        {({ rows }) => {
          const providers = groupUsage(rows, ({ provider }) => provider)
          return providers.length === 0 ? (
            <p className="small quiet">No answer was paid for today.</p>
          ) : (
            <ul className="wall small">
              {providers.map((one) => (
                <li key={one.name}>
                  <span className="wall-name">{one.name}</span>
                  <span className="tabular">
                    {one.unpriced === one.answers
                      ? 'no price'
                      : moneyWords({ amountMicros: one.costMicros, currency: one.currency })}
                    <span className="quiet"> · {countWords(one.inputTokens + one.outputTokens)} tokens</span>
                  </span>
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
      {budgets.data ? <p className="small">{budgetLine(budgets.data)}</p> : null}
      {savings.data ? (
        <p className="small">
          <Link href="/cache" className="text-link">
            Cache
          </Link>{' '}
          <span className="quiet">{savingsLine(savings.data)}</span>
        </p>
      ) : null}
    </Beside>
  )
}

function budgetLine({ deploymentDaily, spentToday, reservedNow }: z.infer<typeof Budgets>): string {
  const reserved = reservedNow.amountMicros > 0 ? `, ${moneyWords(reservedNow)} held for answers at work` : ''
  if (deploymentDaily === null) return `${moneyWords(spentToday)} spent${reserved}; no daily limit is set.`
  return `${moneyWords(spentToday)} of ${moneyWords(deploymentDaily)} for today spent${reserved}.`
}
