import { addDays } from '#domain/day.ts'
import { quantile, roundTo } from '#domain/deal/statistics.ts'
import { createRandom, type Random } from '#domain/sample/random.ts'
import { sql } from '#platform/postgres/sql.ts'
import { addMember, insertEpisodes, type BenchHouse } from './memory-bench-house.ts'
import { clientName, DETAILS, EPISODES, PERSONS, TOPICS } from './phrases.ts'

export interface RecallTime {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly cpuMs: number
}

const CLIENTS = 4000
const CHUNK = 10_000
const WARM_UP = 20
const TODAY = '2026-03-01'

/** Recall among so many memories, all of them in the asker's sight: the worst case, since a narrower asker scans less. */
export async function timeRecall(house: BenchHouse, memories: number, questions: number): Promise<RecallTime> {
  const random = createRandom(`time ${memories}`)
  const principal = await addMember(house.database, `time ${memories}`)
  for (let done = 0; done < memories; done += CHUNK) {
    const episodes = Array.from({ length: Math.min(CHUNK, memories - done) }, (_, place) => ({
      id: `t${done + place}`,
      text: phrase(random, 'says'),
      onDay: addDays(TODAY, -random.int(0, 400)),
      position: place,
      conversationId: null,
    }))
    // One chunk at a time keeps statements small.
    // oxlint-disable-next-line no-await-in-loop
    await house.database.inTransaction((handle) => insertEpisodes(handle, principal, episodes))
  }
  await house.database.read((handle) => handle.run(sql`analyze memories`))
  await house.memories.refresh()
  house.setToday(TODAY)
  const times: number[] = []
  let cpu = process.cpuUsage()
  for (let n = 0; n < WARM_UP + questions; n += 1) {
    if (n === WARM_UP) cpu = process.cpuUsage()
    const startedMs = performance.now()
    // oxlint-disable-next-line no-await-in-loop
    await house.memories.recall(principal, { persona: 'marcus', question: phrase(random, 'asks'), budgetTokens: 1500 })
    if (n >= WARM_UP) times.push(performance.now() - startedMs)
  }
  const used = process.cpuUsage(cpu)
  return {
    p50Ms: roundTo(quantile(times, 0.5) ?? 0, 2),
    p95Ms: roundTo(quantile(times, 0.95) ?? 0, 2),
    cpuMs: roundTo((used.user + used.system) / 1000 / questions, 2),
  }
}

function phrase(random: Random, side: 'says' | 'asks'): string {
  const topic = random.pick(TOPICS)
  const isEpisode = random.chance(0.4)
  const pattern = isEpisode ? random.pick(EPISODES)[side] : random.pick(topic[side])
  const filling: Readonly<Record<string, string>> = {
    client: clientName(random.int(0, CLIENTS - 1)),
    person: random.pick(PERSONS),
    detail: random.pick(DETAILS),
    value: random.pick(topic.values),
  }
  return pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => filling[name] ?? '')
}
