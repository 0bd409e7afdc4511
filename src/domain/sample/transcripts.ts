import { addDays, type Day } from '../day.ts'
import { formatMoney } from '../money.ts'
import { createRandom, type Random } from './random.ts'
import { PRODUCTS, SAMPLE_VENDOR } from './reps.ts'
import type { SampleActivity } from './sample-activity.ts'
import type { RepRow, TranscriptRow } from './sample-rows.ts'
import { LATER_CALLS, type Line } from './story-calls.ts'
import { LATE_PROMISE } from './story-subjects.ts'
import {
  CHECK_IN_BLOCKS,
  COMMITMENT_BLOCKS,
  DISCOVERY_BLOCKS,
  FAREWELLS,
  GREETINGS,
  OBJECTION_BLOCKS,
  PRODUCT_BLOCKS,
  RIVAL_BLOCK,
} from './transcript-phrases.ts'

const TRANSCRIPTS = 40
const SPOKEN: ReadonlySet<string> = new Set(['call', 'demo'])
const LATER_SCRIPTS = new Set(LATER_CALLS.flatMap(({ script }) => (script === null ? [] : [script])))
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `March 3`, as people say it. */
function sayDay(day: Day): string {
  return `${MONTHS[Number(day.slice(5, 7)) - 1]} ${Number(day.slice(8))}`
}

/** The calls that stories rest on but the later ones, then the newest calls of other deals and clients, at most one of each. */
function chooseCalls(activities: readonly SampleActivity[]): SampleActivity[] {
  const scripted = activities.filter(({ script }) => script !== null)
  const seen = new Set(scripted.map(({ row }) => row.client_id))
  const others: SampleActivity[] = []
  // two in three about deals, the rest check-ins
  let checkIns = Math.round((TRANSCRIPTS - scripted.length) / 3)
  for (const activity of activities.toReversed()) {
    if (scripted.length + others.length >= TRANSCRIPTS) break
    if (!SPOKEN.has(activity.row.kind) || seen.has(activity.row.client_id)) continue
    if (activity.deal === null && checkIns === 0) continue
    if (activity.deal === null) checkIns -= 1
    seen.add(activity.row.client_id)
    others.push(activity)
  }
  // numbered first, so that the answer key can name them whatever else was said
  return [...scripted, ...others.reverse()]
}

function chooseLines(activity: SampleActivity, random: Random): Line[] {
  const { deal, script } = activity
  const middle = script ?? []
  const product = deal === null ? [] : (PRODUCT_BLOCKS[deal.row.product_id] ?? [])
  const questions = random.shuffle(deal === null ? CHECK_IN_BLOCKS : DISCOVERY_BLOCKS).slice(0, 2)
  // what a story says must not drown in objections that have nothing to do with it
  const objections = script === null ? [random.pick(OBJECTION_BLOCKS)] : []
  if (script === null && deal !== null && deal.row.competitor !== null) objections.push(RIVAL_BLOCK)
  const blocks = [random.pick(GREETINGS), ...questions, product, middle, ...objections]
  // a call whose story is a promise holds no other
  const promises = script !== null && LATER_SCRIPTS.has(script) ? [] : random.pick(COMMITMENT_BLOCKS)
  return [...blocks, promises, random.pick(FAREWELLS)].flat()
}

function createFill(
  activity: SampleActivity,
  names: { us: string; them: string },
  today: Day,
): (text: string) => string {
  const { client, deal, row, ago } = activity
  const random = createRandom(`promises ${row.id}`)
  const first = random.int(2, 5)
  const value = deal?.row.value_micros ?? client.row.arr_micros
  const words: Readonly<Record<string, string>> = {
    ...names,
    client: client.row.name,
    product: PRODUCTS.find(({ id }) => id === deal?.row.product_id)?.name ?? 'the software',
    vendor: SAMPLE_VENDOR,
    units: client.row.units_managed.toLocaleString('en-US'),
    price: value === null ? 'What you quoted' : formatMoney({ amountMicros: value, currency: 'USD' }),
    rival: deal?.row.competitor ?? 'somebody else',
    promised: sayDay(addDays(today, -ago + LATE_PROMISE.dueAfter)),
    first: sayDay(addDays(today, -ago + first)),
    second: sayDay(addDays(today, -ago + first + random.int(3, 8))),
  }
  return (text) => text.replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? word)
}

function firstNameOf(name: string): string {
  return name.split(' ')[0] ?? name
}

/** About forty calls, each the record of an activity of the same day with the same people. */
export function createTranscripts(
  activities: readonly SampleActivity[],
  reps: readonly RepRow[],
  today: Day,
): TranscriptRow[] {
  const repNames = new Map(reps.map(({ id, name }) => [id, name]))
  const isLater = ({ script }: SampleActivity): boolean => script !== null && LATER_SCRIPTS.has(script)
  const chosen = chooseCalls(activities.filter((activity) => !isLater(activity)))
  return [...chosen, ...activities.filter(isLater)].map((activity, index) => {
    const { row, contact, deal, client } = activity
    const repName = repNames.get(row.rep_id) ?? SAMPLE_VENDOR
    const fill = createFill(activity, { us: firstNameOf(repName), them: firstNameOf(contact.name) }, today)
    const lines = chooseLines(activity, createRandom(`transcript ${row.id}`))
    return {
      id: `transcript-${String(index + 1).padStart(3, '0')}`,
      client_id: client.row.id,
      deal_id: deal?.row.id ?? null,
      rep_id: row.rep_id,
      on_day: row.on_day,
      title: `${row.subject} - ${client.row.name}`,
      body: lines.map(([side, text]) => `${side === 'we' ? repName : contact.name}: ${fill(text)}`).join('\n'),
    }
  })
}
