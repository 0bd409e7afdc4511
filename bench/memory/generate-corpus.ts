import { addDays, type Day } from '#domain/day.ts'
import type { MemorySlot } from '#domain/memory/slots.ts'
import { createRandom, type Random } from '#domain/sample/random.ts'
import type { BenchQuestion, Corpus, Utterance } from './corpus.ts'
import { clientName, DETAILS, DISTRACTORS, EPISODES, PERSONS, PREFERENCES, TOPICS, type Topic } from './phrases.ts'

const START: Day = '2025-07-01'
const SPAN_DAYS = 210
const TODAY = addDays(START, SPAN_DAYS + 5)
const CLIENTS = 16
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

interface Planned {
  readonly day: number
  readonly text: string
  readonly teaches: { readonly slot: MemorySlot | null } | null
  /** By which questions know it. */
  readonly key: string
}
type Filling = Readonly<Record<string, string>>
interface Asked extends Omit<BenchQuestion, 'evidence' | 'stale'> {
  readonly evidence: readonly string[]
  readonly stale: readonly string[]
}

/** Months of talk between one member and a colleague: facts, changes of mind, episodes, and much that teaches nothing. */
export function generateCorpus(seed: string, place: number): Corpus {
  const random = createRandom(`${seed} ${place}`)
  const clients = random.shuffle(Array.from({ length: 48 }, (_, n) => clientName(n))).slice(0, CLIENTS)
  const planned: Planned[] = []
  const asked: Asked[] = []
  for (const client of clients) for (const topic of TOPICS) planTopic({ random, planned, asked }, client, topic)
  for (const client of clients) planEpisodes({ random, planned, asked }, client)
  planPreferences({ random, planned, asked })
  planDistractors(random, planned, clients)
  const utterances = toUtterances(planned)
  const ids = new Map(utterances.map(({ id, key }) => [key, id]))
  const idsOf = (keys: readonly string[]): string[] => keys.flatMap((key) => ids.get(key) ?? [])
  return {
    id: `${seed}-${place}`,
    utterances,
    questions: asked.map((question) => ({
      ...question,
      evidence: idsOf(question.evidence),
      stale: idsOf(question.stale),
    })),
    clients,
  }
}

interface Plan {
  readonly random: Random
  readonly planned: Planned[]
  readonly asked: Asked[]
}

/** A value, and for every second one a later value that takes its place. */
function planTopic({ random, planned, asked }: Plan, client: string, topic: Topic): void {
  const [first = '', second = ''] = random.shuffle(topic.values)
  const says = random.pick(topic.says)
  const keys = [`${client} ${topic.name} 1`, `${client} ${topic.name} 2`] as const
  const day = random.int(0, 90)
  const hasChange = random.chance(0.5)
  const teaches = { slot: topic.slot }
  planned.push({ day, text: fill(says, { client, value: first }), teaches, key: keys[0] })
  if (!hasChange) {
    asked.push({
      text: fill(random.pick(topic.asks), { client }),
      today: TODAY,
      category: 'fact',
      evidence: [keys[0]],
      stale: [],
    })
    return
  }
  const later = random.int(120, SPAN_DAYS)
  // A contradiction without a slot is said in the same words, as people do when they correct a number.
  const again = topic.slot === null ? says : random.pick(topic.says)
  planned.push({ day: later, text: fill(again, { client, value: second }), teaches, key: keys[1] })
  const category = topic.slot === null ? 'contradiction' : 'update'
  asked.push({
    text: fill(random.pick(topic.asks), { client }),
    today: TODAY,
    category,
    evidence: [keys[1]],
    stale: [keys[0]],
  })
  if (random.chance(0.4)) {
    const text = `${fill(random.pick(topic.asks), { client }).replace(/ (?:now|currently)\?$|\?$/, '')} in ${monthName(day)}?`
    asked.push({ text, today: TODAY, category: 'time', evidence: [keys[0]], stale: [] })
  }
}

function planEpisodes({ random, planned, asked }: Plan, client: string): void {
  for (const { says, asks } of random.shuffle(EPISODES).slice(0, 2)) {
    const [early = '', late = ''] = random.shuffle(DETAILS)
    const person = random.pick(PERSONS)
    const [first, second] = [random.int(0, 80), random.int(130, SPAN_DAYS)]
    const key = `${client} ${says}`
    const teaches = { slot: null }
    planned.push({ day: first, text: fill(says, { client, person, detail: early }), teaches, key })
    asked.push({
      text: `${fill(asks, { client, person }).slice(0, -1)} in ${monthName(first)}?`,
      today: TODAY,
      category: 'time',
      evidence: [key],
      stale: [],
    })
    planned.push({ day: second, text: fill(says, { client, person, detail: late }), teaches, key: `${key} 2` })
    asked.push({
      text: fill(asks, { client, person }),
      today: TODAY,
      category: 'episode',
      evidence: [key, `${key} 2`],
      stale: [],
    })
  }
}

function planPreferences({ random, planned, asked }: Plan): void {
  for (const { says, asks } of PREFERENCES) {
    planned.push({ day: random.int(0, SPAN_DAYS), text: says, teaches: { slot: null }, key: says })
    asked.push({ text: asks, today: TODAY, category: 'preference', evidence: [says], stale: [] })
  }
}

function planDistractors(random: Random, planned: Planned[], clients: readonly string[]): void {
  for (let n = 0; n < 260; n += 1) {
    const filling = { client: random.pick(clients), person: random.pick(PERSONS), rival: 'Yardi', city: 'Denver' }
    planned.push({
      day: random.int(0, SPAN_DAYS),
      text: fill(random.pick(DISTRACTORS), filling),
      teaches: null,
      key: `distractor ${n}`,
    })
  }
}

/** About a conversation every three days. */
function toUtterances(planned: readonly Planned[]): (Utterance & { key: string })[] {
  const positions = new Map<string, number>()
  return planned
    .toSorted((a, b) => a.day - b.day)
    .map(({ day, text, teaches, key }, place) => {
      const thread = `talk-${Math.floor(day / 3)}`
      const position = positions.get(thread) ?? 0
      positions.set(thread, position + 1)
      return { id: `m${place}`, thread, position, onDay: addDays(START, day), text, by: 'member', teaches, key }
    })
}

function monthName(day: number): string {
  return MONTHS[Number(addDays(START, day).slice(5, 7)) - 1] ?? ''
}

function fill(text: string, filling: Filling): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => filling[name] ?? '')
}
