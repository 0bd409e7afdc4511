import { addDays, daysBetween, type Day } from '../day.ts'
import { ACCOUNT_ROWS, AGENT_ROWS, PRODUCT_ROWS, UNSPACED_PRODUCT } from './crm-lookalike-names.ts'
import { createRandom, type Random } from './random.ts'

/** Four CSV texts with header line, `\n` line ends, no quotes needed. */
export interface CrmLookalike {
  readonly accounts: string
  readonly salesPipeline: string
  readonly salesTeams: string
  readonly products: string
}

const FIRST_ENGAGE: Day = '2016-10-20'
const FIRST_CLOSE: Day = '2017-03-01'
/** Where the history ends: nothing in the files is later. */
const LAST_DAY: Day = '2017-12-31'

/** Shares of all deals, as in the public export: prospecting and engaging are open. */
const SHARES = { Prospecting: 500 / 8800, Engaging: 1589 / 8800, Lost: 2473 / 8800 } as const
/** Share of the open deals that name no account; every decided one does. Makes 16 % of all. */
const OPEN_WITHOUT_ACCOUNT = 1425 / 2089
type Stage = 'Prospecting' | 'Engaging' | 'Won' | 'Lost'

/** `12/31/2017`, without leading zeros. */
function usDate(day: Day): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${Number(month)}/${Number(date)}/${year}`
}

function toCsv(header: string, rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`
}

/** Exact counts rather than chances, so that any size has the export's shape. */
function createStages(deals: number, random: Random): Stage[] {
  const stages: Stage[] = []
  for (const stage of ['Prospecting', 'Engaging', 'Lost'] as const) {
    const count = Math.round(deals * SHARES[stage])
    for (let i = 0; i < count; i += 1) stages.push(stage)
  }
  while (stages.length < deals) stages.push('Won')
  return random.shuffle(stages)
}

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Eight capitals and digits that tell nothing, as CRMs make them; never the same twice. */
function createIds(random: Random): () => string {
  const given = new Set<string>()
  return () => {
    let id = ''
    do id = Array.from({ length: 8 }, () => ID_LETTERS.charAt(random.int(0, 35))).join('')
    while (given.has(id))
    given.add(id)
    return id
  }
}

/** The first decided deal closes on the last day of all, so that the history ends there whatever the seed. */
function createCloseDays(random: Random): () => Day {
  let isFirst = true
  return () => {
    const day = isFirst ? LAST_DAY : addDays(FIRST_CLOSE, random.int(0, daysBetween(FIRST_CLOSE, LAST_DAY)))
    isFirst = false
    return day
  }
}

interface Draws {
  readonly random: Random
  readonly nextId: () => string
  readonly nextCloseDay: () => Day
  /** Which of the open deals name an account. */
  readonly openAccounts: boolean[]
}

/** The pipeline never writes this product as the product list does. */
function spellingOf(product: string): string {
  return product === UNSPACED_PRODUCT ? product.replace(' ', '') : product
}

function createDealRow(stage: Stage, draws: Draws): (string | number)[] {
  const { random, nextId, nextCloseDay, openAccounts } = draws
  const [product, , price] = random.pick(PRODUCT_ROWS)
  // the last five agents are on the team list and have no deals yet
  const [agent] = random.pick(AGENT_ROWS.slice(0, -5))
  const isOpen = stage === 'Prospecting' || stage === 'Engaging'
  const hasAccount = !isOpen || openAccounts.pop() === true
  const account = hasAccount ? random.pick(ACCOUNT_ROWS)[0] : ''
  const start = [nextId(), agent, spellingOf(product), account, stage]
  if (stage === 'Prospecting') return [...start, '', '', '']
  if (stage === 'Engaging') {
    return [...start, usDate(addDays(FIRST_ENGAGE, random.int(0, daysBetween(FIRST_ENGAGE, LAST_DAY) - 9))), '', '']
  }
  const closeDay = nextCloseDay()
  const engageDay = addDays(closeDay, -random.int(1, 132))
  const value = stage === 'Won' ? Math.max(1, Math.round(price * random.between(0.72, 1.3))) : 0
  return [...start, usDate(engageDay), usDate(closeDay), value]
}

function createPipeline(deals: number, random: Random): string {
  const stages = createStages(deals, random)
  const open = stages.filter((stage) => stage === 'Prospecting' || stage === 'Engaging').length
  const missing = Math.round(open * OPEN_WITHOUT_ACCOUNT)
  const openAccounts = random.shuffle(Array.from({ length: open }, (_, index) => index >= missing))
  const draws = { random, nextId: createIds(random), nextCloseDay: createCloseDays(random), openAccounts }
  return toCsv(
    'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value',
    stages.map((stage) => createDealRow(stage, draws)),
  )
}

function createAccounts(random: Random): string {
  const rows = ACCOUNT_ROWS.map(([account, sector, location, parent]) => {
    const revenue = random.between(40, 9_000)
    // the export writes 4618, 2741.37 and 1100.04 alike
    const written = Number(revenue.toFixed(random.chance(0.05) ? 0 : 2))
    return [
      account,
      sector,
      random.int(1979, 2017),
      written,
      Math.max(9, Math.round(revenue * random.between(1.4, 3.2))),
      location,
      parent,
    ]
  })
  return toCsv('account,sector,year_established,revenue,employees,office_location,subsidiary_of', rows)
}

/**
 * A CRM export with the headers and quirks of the public one that Sophia is tried on, under invented names: US dates
 * without zeros; open deals without value or close day, two in three without account; prospecting ones without any
 * date; a product spelt in two ways; a misspelt sector and country; accounts that are subsidiaries; agents without
 * deals; history that ends on 12/31/2017.
 */
export function createCrmLookalike({ seed, deals }: { seed: number; deals: number }): CrmLookalike {
  return {
    accounts: createAccounts(createRandom(`lookalike accounts ${seed}`)),
    salesPipeline: createPipeline(deals, createRandom(`lookalike pipeline ${seed}`)),
    salesTeams: toCsv('sales_agent,manager,regional_office', AGENT_ROWS),
    products: toCsv('product,series,sales_price', PRODUCT_ROWS),
  }
}
