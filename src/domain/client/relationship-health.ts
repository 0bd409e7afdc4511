import { addDays, type Day } from '../day.ts'
import type { RememberedFact } from '../memory/slots.ts'
import type { Evidence } from '../skill.ts'
import { absent, present, type Measure } from './health-measure.ts'
import type { ContactRow, HealthRows } from './health-rows.ts'
import { factOf, isDenied, memoryEvidence } from './remembered.ts'

const STAKEHOLDERS = {
  name: 'stakeholders',
  label: 'People in touch',
  weight: 0.4,
  formula: '100 x contacts still there and contacted in 90 days / 3, at most 100',
  remedy: 'Import contacts of this client with last_contacted days.',
}
const SPONSORS = {
  name: 'sponsors',
  label: 'Champion and decision maker',
  weight: 0.4,
  formula: '50 for a champion who is still there, 50 for an economic buyer or executive who is',
  remedy: 'Import contacts with their role.',
}
const NPS = {
  name: 'nps',
  label: 'NPS',
  weight: 0.2,
  formula: '(NPS + 100) / 2',
  remedy: 'Import clients with their NPS.',
}
const CHAMPION = /champion/i
const DECIDER = /economic|buyer|exec|decision|sponsor|ceo|cfo|coo|owner|president|director/i

/** A contact with what says that they are gone. */
export interface KnownContact extends ContactRow {
  /** Where the leaving comes from; the contact's own row otherwise. */
  readonly leftBy: Evidence | null
}

/** Stakeholders 40 %, sponsors 40 %, NPS 20 %. */
export function relationshipMeasures(rows: HealthRows): Measure[] {
  const { client } = rows
  const asOf = rows.days.contacts
  const contacts = knownContacts(rows)
  const here = contacts.filter((row) => isHere(row, asOf))
  const dated = contacts.filter((row) => row.lastContactedOn !== null)
  const touched = here.filter((row) => row.lastContactedOn !== null && row.lastContactedOn > addDays(asOf, -90))
  return [
    dated.length === 0
      ? absent(STAKEHOLDERS)
      : present(STAKEHOLDERS, {
          score: (100 * touched.length) / 3,
          value: `${touched.length} of ${here.length} contacts in 90 days`,
          evidence: (touched.length > 0 ? touched : dated).slice(0, 3).map(contactEvidence),
        }),
    sponsorMeasure(contacts, here, factOf(rows.facts, 'executive_sponsor')),
    client.nps === null
      ? absent(NPS)
      : present(NPS, {
          score: (client.nps + 100) / 2,
          value: String(client.nps),
          evidence: [{ kind: 'client', id: client.id, label: client.name }],
        }),
  ]
}

/** Contacts by id, those of whom it is remembered that they left among the gone. */
export function knownContacts(rows: HealthRows): KnownContact[] {
  const contacts = rows.contacts.toSorted((a, b) => a.id.localeCompare(b.id))
  const left = factOf(rows.facts, 'contact_left')
  const leaver = left ? leaverOf(contacts, left) : undefined
  return contacts.map((row) => {
    const isRemembered = left !== undefined && row.id === leaver?.id && isHere(row, rows.days.contacts)
    return isRemembered
      ? { ...row, leftOn: earlier(left.saidOn, rows.days.contacts), leftBy: memoryEvidence(left) }
      : { ...row, leftBy: null }
  })
}

/** Champions and decision makers who are gone; dated by `leftOn`. */
export function keyContactsGone(rows: HealthRows): KnownContact[] {
  return knownContacts(rows).filter((row) => isKey(row) && !isHere(row, rows.days.contacts))
}

export function contactEvidence(row: KnownContact): Evidence {
  return row.leftBy ?? { kind: 'contact', id: row.id, label: row.name }
}

/** The contact that a memory of leaving means: by name, or by role where only one has it. */
export function leaverOf(contacts: readonly ContactRow[], fact: RememberedFact): ContactRow | undefined {
  if (isDenied(fact)) return undefined
  const said = `${fact.value ?? ''} ${fact.text}`.toLowerCase()
  const named = contacts.filter((row) => said.includes(row.name.toLowerCase()))
  if (named.length > 0) return named.length === 1 ? named[0] : undefined
  const byRole = [CHAMPION, DECIDER].flatMap((role) =>
    role.test(said) ? [contacts.filter((row) => role.test(row.role ?? ''))] : [],
  )
  return byRole.find((found) => found.length === 1)?.[0]
}

function sponsorMeasure(
  contacts: readonly KnownContact[],
  here: readonly KnownContact[],
  sponsor: RememberedFact | undefined,
): Measure {
  const roled = contacts.filter((row) => row.role !== null)
  if (roled.length === 0 && sponsor === undefined) return absent(SPONSORS)
  const champion = here.find((row) => CHAMPION.test(row.role ?? ''))
  const decider = sponsor === undefined ? here.find((row) => DECIDER.test(row.role ?? '')) : undefined
  const isSponsored = sponsor === undefined ? decider !== undefined : !isLost(sponsor)
  const gone = roled.filter((row) => !here.includes(row) && isKey(row))
  const parts = [
    champion ? `champion ${champion.name}` : 'no champion',
    decider ? `decision maker ${decider.name}` : rememberedSponsor(sponsor),
    ...(gone.length > 0 ? [`${gone.map((row) => row.name).join(', ')} left`] : []),
  ]
  const people = [champion, decider, ...gone].filter((row) => row !== undefined).map(contactEvidence)
  const evidence = sponsor ? [...people, memoryEvidence(sponsor)] : people
  return present(SPONSORS, {
    score: (champion ? 50 : 0) + (isSponsored ? 50 : 0),
    value: parts.join('; '),
    evidence: evidence.length > 0 ? evidence : roled.slice(0, 2).map(contactEvidence),
  })
}

function rememberedSponsor(sponsor: RememberedFact | undefined): string {
  if (sponsor === undefined) return 'no decision maker'
  if (isLost(sponsor)) return 'no executive sponsor (remembered)'
  return `executive sponsor ${sponsor.value ?? 'named'} (remembered)`
}

function isLost(sponsor: RememberedFact): boolean {
  return isDenied(sponsor) || /^\s*(lost|gone|left|missing|vacant)\b/i.test(sponsor.value ?? '')
}

function isKey(row: ContactRow): boolean {
  return CHAMPION.test(row.role ?? '') || DECIDER.test(row.role ?? '')
}

function isHere(row: ContactRow, asOf: Day): boolean {
  return row.leftOn === null || row.leftOn > asOf
}

function earlier(a: Day, b: Day): Day {
  return a < b ? a : b
}
