import type { Calls } from '#features/deals/calls.ts'
import type { Clients } from '#features/clients/index.ts'
import type { Deals } from '#features/deals/index.ts'
import type { Home } from '#features/home/index.ts'
import { defineJob, type Job } from '#platform/jobs/define-job.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'

interface StandingsNeeds {
  readonly deals: Pick<Deals, 'hasLookedToday' | 'refreshStandings' | 'forget'>
  readonly clients: Pick<Clients, 'refreshStandings'>
  readonly calls: Pick<Calls, 'readCalls'>
  readonly home: Pick<Home, 'forget'>
  readonly jobs: Pick<Jobs, 'send'>
  readonly log: Log
}

/** Keeps what is computed from the records in step with them. */
export interface Standings {
  /** Everything, now. */
  refresh(): Promise<void>
  /** Everything, soon, in whichever process has the worker door. Never rejects: the daily run catches up. */
  refreshSoon(): Promise<void>
  /** Everything, soon, unless the day's look has been taken: for a start after a daily run was missed. Never rejects. */
  catchUp(): Promise<void>
  /** One record, at once and beside the caller. */
  refreshOne(record: { readonly kind: 'deal' | 'client'; readonly id: string }): void
  readonly jobs: readonly Job[]
}

const REFRESH = 'standings-refresh'

/** Commitments heard in calls, then where deals and clients stand: after records changed and once a day, for a snapshot. */
export function createStandings({ deals, clients, calls, home, jobs, log }: StandingsNeeds): Standings {
  function forget(): void {
    deals.forget()
    home.forget()
  }
  async function refresh(): Promise<void> {
    await calls.readCalls()
    await deals.refreshStandings()
    await clients.refreshStandings()
    forget()
  }
  const sayLate = (error: unknown): void => log.warn({ error }, 'standings are refreshed with the next daily run')
  return {
    refresh,
    async refreshSoon() {
      forget()
      await jobs.send(REFRESH, {}).catch(sayLate)
    },
    async catchUp() {
      try {
        if (!(await deals.hasLookedToday())) await jobs.send(REFRESH, {})
      } catch (error) {
        sayLate(error)
      }
    },
    refreshOne({ kind, id }) {
      const room = kind === 'deal' ? deals : clients
      room
        .refreshStandings([id])
        .then(() => forget())
        .catch((error: unknown) => log.warn({ error, kind, id }, 'a standing could not be refreshed'))
    },
    jobs: [
      defineJob({
        name: REFRESH,
        cron: '20 0 * * *',
        isSingle: true,
        limitSeconds: 1800,
        parse: () => undefined,
        run: refresh,
      }),
    ],
  }
}
