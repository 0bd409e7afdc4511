import type { Associations, CrmRecord, ObjectType, Owner, Properties } from './crm-records.ts'

export type CrmSizes = Readonly<Record<ObjectType, number>>

export interface GeneratedRecords {
  readonly owners: readonly Owner[]
  readonly records: Readonly<Record<ObjectType, Map<string, CrmRecord>>>
}

const FIRST_ID: Readonly<Record<ObjectType, number>> = {
  companies: 1_000_000_000,
  contacts: 2_000_000_000,
  deals: 3_000_000_000,
  activities: 4_000_000_000,
}
const FIRST_NAMES = [
  'Anna',
  'Björn',
  'Chloé',
  'David',
  'Elif',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jürgen',
  'Katya',
  'Łukasz',
]
const LAST_NAMES = [
  'Okafor',
  "O'Brien",
  'Müller',
  'Nguyen',
  'García',
  'Smith',
  'Kowalska',
  'Tanaka',
  'Rossi',
  'de Vries',
]
const COMPANY_HEADS = [
  'Alder',
  'Beacon',
  'Copper',
  'Delta',
  'Ember',
  'Fjord',
  'Granite',
  'Harbour',
  'Iris',
  'Juniper',
  'Kestrel',
]
const COMPANY_TAILS = ['Works', 'Logistics', 'Systems', 'Foods', 'Health', 'Energy', 'Bank', 'Studios', 'Robotics']
const INDUSTRIES = ['SOFTWARE', 'MANUFACTURING', 'RETAIL', 'FINANCE', 'HEALTHCARE', 'LOGISTICS']
const CITIES = ['Berlin', 'Lyon', 'Porto', 'Leeds', 'Austin', 'Osaka', 'Kraków', 'Aarhus']
const TITLES = ['CFO', 'Head of Sales', 'Buyer', 'CTO', 'Operations Manager', 'Assistant']
const STAGES = [
  ['appointmentscheduled', '0.2'],
  ['qualifiedtobuy', '0.4'],
  ['presentationscheduled', '0.6'],
  ['contractsent', '0.9'],
  ['closedwon', '1'],
  ['closedlost', '0'],
] as const
const ACTIVITIES = ['CALL', 'EMAIL', 'MEETING', 'NOTE', 'TASK']
const DAY_MS = 86_400_000
const OLDEST_DAYS = 900

/** Records in the shape of HubSpot: every value a string or null, ids per type from a range of their own, and gaps as people leave them. */
export function generateRecords(seed: number, sizes: CrmSizes, now: Date): GeneratedRecords {
  const dice = new Dice(seed)
  const owners = ownersOf(dice)
  const author = new RecordAuthor(dice, owners, now)
  const companies = author.write('companies', sizes.companies, (index) => ({ properties: company(dice, index) }))
  const contacts = author.write('contacts', sizes.contacts, (index) => {
    const employer = dice.maybe(0.95, () => dice.pick(companies))
    return { properties: contact(dice, index, employer), associations: belongsTo('contact', { company: employer }) }
  })
  const deals = author.write('deals', sizes.deals, (index, createdAt) => {
    const buyer = dice.pick(companies)
    return {
      properties: deal(dice, { index, buyer, createdAt }),
      associations: belongsTo('deal', { company: buyer, contact: dice.pick(contacts) }),
    }
  })
  const activities = author.write('activities', sizes.activities, (_index, createdAt) => {
    const about = dice.maybe(0.8, () => dice.pick(deals))
    const companyId = about?.associations.companies?.results[0]?.id
    const where = companyId === undefined ? dice.pick(companies) : companies.find(({ id }) => id === companyId)
    return {
      properties: activity(dice, createdAt),
      associations: belongsTo('engagement', { deal: about, company: where, contact: dice.pick(contacts) }),
    }
  })
  const records = {
    companies: byId(companies),
    contacts: byId(contacts),
    deals: byId(deals),
    activities: byId(activities),
  }
  return { owners, records }
}

class RecordAuthor {
  readonly #dice: Dice
  readonly #owners: readonly Owner[]
  readonly #nowMs: number

  constructor(dice: Dice, owners: readonly Owner[], now: Date) {
    this.#dice = dice
    this.#owners = owners
    this.#nowMs = now.getTime()
  }

  write(
    objectType: ObjectType,
    count: number,
    fill: (index: number, createdAt: Date) => { properties: Properties; associations?: Associations },
  ): CrmRecord[] {
    return Array.from({ length: count }, (_, index) => {
      const createdMs = this.#nowMs - Math.floor(this.#dice.next() * OLDEST_DAYS * DAY_MS) - 1
      const updatedMs = createdMs + Math.floor(this.#dice.next() ** 3 * (this.#nowMs - createdMs))
      const createdAt = new Date(createdMs)
      const { properties, associations = {} } = fill(index, createdAt)
      const owner = this.#dice.maybe(0.93, () => this.#dice.pick(this.#owners))
      return {
        id: String(FIRST_ID[objectType] + index),
        properties: { ...properties, hubspot_owner_id: owner?.id ?? null },
        associations,
        createdAt: createdAt.toISOString(),
        updatedAt: new Date(updatedMs).toISOString(),
        archived: false,
      }
    })
  }
}

function ownersOf(dice: Dice): Owner[] {
  return Array.from({ length: 12 }, (_, index) => ({
    id: String(501 + index),
    email: `owner${index + 1}@seller.example`,
    firstName: FIRST_NAMES[index % FIRST_NAMES.length] ?? '',
    lastName: dice.pick(LAST_NAMES),
    archived: index === 11,
  }))
}

function company(dice: Dice, index: number): Properties {
  const name = `${dice.pick(COMPANY_HEADS)} ${dice.pick(COMPANY_TAILS)} ${index + 1}`
  return {
    name,
    domain: dice.maybe(0.9, () => `${name.toLowerCase().replaceAll(' ', '-')}.example`),
    industry: dice.maybe(0.85, () => dice.pick(INDUSTRIES)),
    city: dice.maybe(0.9, () => dice.pick(CITIES)),
    numberofemployees: dice.maybe(0.8, () => String(1 + dice.below(5_000))),
    annualrevenue: dice.maybe(0.6, () => String(10_000 * (1 + dice.below(9_000)))),
    lifecyclestage: dice.pick(['lead', 'opportunity', 'customer']),
  }
}

function contact(dice: Dice, index: number, employer: CrmRecord | null): Properties {
  const [firstname, lastname] = [dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)]
  const host = employer?.properties['domain'] ?? 'mail.example'
  return {
    firstname,
    lastname: dice.maybe(0.97, () => lastname),
    email: dice.maybe(0.94, () => `person${index + 1}@${host}`),
    phone: dice.maybe(0.5, () => `+49 30 ${100_000 + dice.below(899_999)}`),
    jobtitle: dice.maybe(0.7, () => dice.pick(TITLES)),
    lifecyclestage: dice.pick(['lead', 'opportunity', 'customer']),
  }
}

function deal(
  dice: Dice,
  { index, buyer, createdAt }: { index: number; buyer: CrmRecord; createdAt: Date },
): Properties {
  const [dealstage, probability] = dice.pick(STAGES)
  const closeMs = createdAt.getTime() + (7 + dice.below(200)) * DAY_MS
  return {
    dealname: `${buyer.properties['name'] ?? 'Unknown'} – order ${index + 1}`,
    amount: dice.maybe(0.92, () => `${500 + dice.below(250_000)}.${dice.pick(['00', '50', '99'])}`),
    deal_currency_code: dice.pick(['EUR', 'EUR', 'EUR', 'USD', 'GBP']),
    dealstage,
    pipeline: 'default',
    hs_deal_stage_probability: probability,
    hs_is_closed: String(dealstage.startsWith('closed')),
    hs_is_closed_won: String(dealstage === 'closedwon'),
    closedate: dice.maybe(0.9, () => new Date(closeMs).toISOString()),
  }
}

function activity(dice: Dice, createdAt: Date): Properties {
  const kind = dice.pick(ACTIVITIES)
  return {
    hs_engagement_type: kind,
    hs_timestamp: createdAt.toISOString(),
    hs_body_preview: dice.maybe(
      0.9,
      () => `${kind.toLowerCase()}: ${dice.pick(['price', 'delivery', 'renewal', 'complaint'])}`,
    ),
    hs_duration_ms: kind === 'CALL' || kind === 'MEETING' ? String(60_000 * (1 + dice.below(90))) : null,
  }
}

type Named = 'company' | 'contact' | 'deal'

const PLURAL = { company: 'companies', contact: 'contacts', deal: 'deals' } as const

function belongsTo(kind: string, others: Partial<Record<Named, CrmRecord | null | undefined>>): Associations {
  const associations: Associations = {}
  for (const one of ['company', 'contact', 'deal'] as const) {
    const record = others[one]
    if (record) associations[PLURAL[one]] = { results: [{ id: record.id, type: `${kind}_to_${one}` }] }
  }
  return associations
}

function byId(records: readonly CrmRecord[]): Map<string, CrmRecord> {
  return new Map(records.map((record) => [record.id, record]))
}

/** Chance that a seed decides (mulberry32), so that each run and each machine sees the same records. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from: a CRM of these sizes cannot be')
    return picked
  }

  /** Rolls for the value in any case, so that one more gap does not change every record after it. */
  maybe<T>(chance: number, value: () => T): T | null {
    const given = value()
    return this.next() < chance ? given : null
  }
}
