import { parseArgs } from 'node:util'
import pino from 'pino'
import { z } from 'zod'
import { readConfig } from '#platform/config/config.ts'
import { openHouse, type House } from '../src/compose.ts'
import { LARGE, loadLargeCompany, SMALL } from './support/large-company.ts'
import { makeBenchHome, removeHome } from './support/sophia-process.ts'
import type { BenchOptions } from './support/bench-options.ts'

const ADMIN_KEY = `sk-sophia-${'s'.repeat(43)}`
const AUTHORIZED = { authorization: `Bearer ${ADMIN_KEY}` }
/** The member's limit is not what is measured. */
const PAUSE_MS = 60

interface Request {
  readonly path: string
  readonly body?: unknown
}

const LISTS: Readonly<Record<string, Request>> = {
  dealsByRisk: { path: '/api/deals?sort=risk&order=desc&limit=50' },
  dealsByValue: { path: '/api/deals?sort=value&order=desc&limit=50' },
  dealsByLastActivity: { path: '/api/deals?sort=lastActivityOn&order=desc&limit=50' },
  dealsSearch: { path: '/api/deals?search=deal%2077&limit=50' },
  board: { path: '/api/deals/board' },
  clientsByHealth: { path: '/api/clients?sort=health&limit=50' },
  clientsByLastActivity: { path: '/api/clients?sort=lastActivityOn&order=desc&limit=50' },
  clientsByOpenDeals: { path: '/api/clients?sort=openDeals&order=desc&limit=50' },
}

function skill(persona: string, name: string, body: unknown): Request {
  return { path: `/api/personas/${persona}/skills/${name}`, body }
}

const SKILLS: Readonly<Record<string, Request>> = {
  'coach-deal': skill('marcus', 'coach-deal', { deal: 'deal-000041' }),
  'review-pipeline': skill('marcus', 'review-pipeline', {}),
  'review-pipeline changes': skill('marcus', 'review-pipeline', { focus: 'changes' }),
  'review-performance': skill('marcus', 'review-performance', { rep: 'rep-003' }),
  'plan-skills': skill('marcus', 'plan-skills', { rep: 'rep-003' }),
  'handle-objection': skill('marcus', 'handle-objection', { objection: 'It is too expensive', deal: 'deal-000041' }),
  'prepare-meeting': skill('marcus', 'prepare-meeting', { about: 'deal-000041' }),
  'assess-health': skill('sarah', 'assess-health', { client: 'client-00041' }),
  'predict-churn': skill('sarah', 'predict-churn', { client: 'client-00041' }),
  'plan-intervention': skill('sarah', 'plan-intervention', { client: 'client-00041' }),
  'plan-success': skill('sarah', 'plan-success', { client: 'client-00041' }),
  'review-portfolio': skill('sarah', 'review-portfolio', {}),
  'forecast-renewals': skill('sarah', 'forecast-renewals', {}),
  'prepare-qbr': skill('sarah', 'prepare-qbr', { client: 'client-00041' }),
  home: { path: '/api/home' },
}

/**
 * Lists, board, home and skills over a large company (100 000 deals, 20 000 clients, 1 million activities; a tenth of it
 * with --quick), one request after the other over HTTP, with everything in sight. Also how long standings take.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const { values } = parseArgs({ args, options: { repeat: { type: 'string' } }, strict: false })
  const repeat = Number(values.repeat ?? (isQuick ? 15 : 40))
  const home = await makeBenchHome()
  const config = readConfig({
    SOPHIA_HOME: home,
    SOPHIA_PORT: '0',
    SOPHIA_MODEL: 'playbook',
    SOPHIA_ADMIN_API_KEY: ADMIN_KEY,
  })
  const house = await openHouse(config, pino({ level: 'silent' }), { doors: ['http'] })
  try {
    const size = isQuick ? SMALL : LARGE
    const loadSeconds = await seconds(() => loadLargeCompany(house.rooms.database, size))
    const dealStandingsSeconds = await seconds(() => house.rooms.deals.refreshStandings())
    const clientStandingsSeconds = await seconds(() => house.rooms.clients.refreshStandings())
    const lists = await measureAll(house, LISTS, repeat)
    const skills = await measureAll(house, SKILLS, Math.ceil(repeat / 3))
    const worst = (found: Readonly<Record<string, Timing>>): number =>
      Math.max(...Object.values(found).map((timing) => timing.p95Ms))
    const results = { ...size, loadSeconds, dealStandingsSeconds, clientStandingsSeconds, lists, skills }
    return {
      results: { ...results, listP95Ms: worst(lists), skillP95Ms: worst(skills) },
      baselines: { listBudgetMs: 100, skillBudgetMs: 300 },
      ratios: { listToBudget: worst(lists) / 100, skillToBudget: worst(skills) / 300 },
    }
  } finally {
    await house.close()
    await removeHome(home)
  }
}

interface Timing {
  readonly p50Ms: number
  readonly p95Ms: number
}

async function measureAll(house: House, requests: Readonly<Record<string, Request>>, repeat: number) {
  const found: Record<string, Timing> = {}
  for (const [name, request] of Object.entries(requests)) {
    const times: number[] = []
    // Once unmeasured, so that plans and pages are warm as in a house that is in use.
    await ask(house.publicUrl, request)
    for (let index = 0; index < repeat; index += 1) {
      times.push(await ask(house.publicUrl, request))
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    times.sort((a, b) => a - b)
    found[name] = { p50Ms: at(times, 0.5), p95Ms: at(times, 0.95) }
  }
  return found
}

const Answer = z.union([z.object({ kind: z.literal('result') }), z.object({ asOf: z.string() })])

/** Milliseconds until the answer is read whole; an answer that is none stops the run. */
async function ask(url: string, { path, body }: Request): Promise<number> {
  const startedAt = performance.now()
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...AUTHORIZED, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const elapsedMs = performance.now() - startedAt
  if (!answer.ok || !Answer.safeParse(JSON.parse(text)).success) throw new Error(`${path}: ${text.slice(0, 500)}`)
  return elapsedMs
}

function at(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return Math.round(value * 10) / 10
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return Math.round((performance.now() - startedAt) / 100) / 10
}
