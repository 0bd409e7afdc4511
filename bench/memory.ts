import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { roundTo } from '#domain/deal/statistics.ts'
import { embedHashed } from '#domain/memory/embed-hashed.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import type { Corpus } from './memory/corpus.ts'
import { generateCorpus } from './memory/generate-corpus.ts'
import { readLocomo } from './memory/locomo.ts'
import { openBenchHouse, takeCorpus, type BenchHouse, type Taken } from './memory/memory-bench-house.ts'
import { createBm25, createVectorPeer, type Search } from './memory/peers.ts'
import { compareFindings, scoreFindings, type Finding } from './memory/score-recall.ts'
import { timeRecall } from './memory/time-recall.ts'

interface BenchOutcome {
  results: Record<string, unknown>
  baselines: Record<string, unknown>
  ratios: Record<string, unknown>
}

const DEPTH = 50
const NO_LIMIT_TOKENS = 1_000_000

/**
 * How well and how fast Sophia remembers: months of made-up talk go through the product's extraction, reconciling, tables
 * and recall; BM25 and the hashed vector alone search the same utterances. `--locomo FILE...` measures the public LoCoMo
 * files instead, every utterance kept as an episode. `--seed S` makes other talk.
 */
export async function run({ args, isQuick }: { args: string[]; isQuick: boolean }): Promise<BenchOutcome> {
  const options = { locomo: { type: 'boolean' }, seed: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  const engine = await startPrivateEngine({ home, isDurable: false })
  try {
    await migrate({ connection: engine.connection, folder: fileURLToPath(new URL('../migrations', import.meta.url)) })
    const database = openDatabase({ connection: engine.connection, poolMax: 4, statementTimeoutMs: 120_000 })
    const house = openBenchHouse(database)
    const isLocomo = values.locomo === true
    const corpora = isLocomo ? await readLocomo(positionals) : makeCorpora(values.seed ?? 'measured', isQuick ? 3 : 10)
    const outcome = await measureQuality(house, corpora)
    const times = isLocomo ? {} : await measureTimes(house, isQuick)
    await house.memories.close()
    await database.close()
    return { ...outcome, results: { ...outcome.results, ...times } }
  } finally {
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  }
}

function makeCorpora(seed: string, count: number): Corpus[] {
  return Array.from({ length: count }, (_, place) => generateCorpus(seed, place))
}

async function measureQuality(house: BenchHouse, corpora: readonly Corpus[]): Promise<BenchOutcome> {
  const taken: Taken[] = []
  const findings: Record<'sophia' | 'bm25' | 'vector', Finding[]> = { sophia: [], bm25: [], vector: [] }
  for (const corpus of corpora) {
    // One after the other: each is a member of its own in the same tables.
    // oxlint-disable-next-line no-await-in-loop
    const memories = await takeCorpus(house, corpus)
    taken.push(memories)
    // oxlint-disable-next-line no-await-in-loop
    await house.memories.refresh()
    // oxlint-disable-next-line no-await-in-loop
    findings.sophia.push(...(await askSophia(house, corpus, memories)))
    findings.bm25.push(...askPeer(corpus, createBm25(corpus)))
    findings.vector.push(...askPeer(corpus, createVectorPeer(corpus)))
  }
  const sum = (key: 'extracted' | 'junk' | 'missed' | 'worthy'): number =>
    taken.reduce((total, one) => total + one[key], 0)
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : roundTo(part / whole, 4))
  const scores = scoreFindings(findings.sophia)
  return {
    results: {
      ...scores,
      questions: findings.sophia.length,
      junkRate: share(sum('junk'), sum('extracted')),
      extracted: sum('extracted'),
      slotsMissedRate: share(sum('missed'), sum('worthy')),
    },
    baselines: { bm25: scoreFindings(findings.bm25), vector: scoreFindings(findings.vector) },
    ratios: {
      aheadOfBm25At10: compareFindings(findings.sophia, findings.bm25),
      aheadOfVectorAt10: compareFindings(findings.sophia, findings.vector),
    },
  }
}

async function askSophia(house: BenchHouse, corpus: Corpus, { principal, sourceOf }: Taken): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const question of corpus.questions) {
    house.setToday(question.today)
    const request = { persona: 'marcus', question: question.text, budgetTokens: NO_LIMIT_TOKENS, count: DEPTH }
    // oxlint-disable-next-line no-await-in-loop
    const { memories } = await house.memories.recall(principal, request)
    findings.push({ question, found: memories.flatMap(({ id }) => sourceOf.get(id) ?? []) })
  }
  return findings
}

function askPeer(corpus: Corpus, search: Search): Finding[] {
  return corpus.questions.map((question) => ({ question, found: search(question.text, DEPTH) }))
}

async function measureTimes(house: BenchHouse, isQuick: boolean): Promise<Record<string, number>> {
  const questions = isQuick ? 100 : 400
  const few = await timeRecall(house, 10_000, questions)
  const many = await timeRecall(house, 100_000, questions)
  return {
    recallMsP50At10k: few.p50Ms,
    recallMsP95At10k: few.p95Ms,
    recallCpuMsAt10k: few.cpuMs,
    recallMsP50At100k: many.p50Ms,
    recallMsP95At100k: many.p95Ms,
    recallCpuMsAt100k: many.cpuMs,
    embedCpuMs: timeEmbedding(),
  }
}

function timeEmbedding(): number {
  const rounds = 5000
  const cpu = process.cpuUsage()
  for (let n = 0; n < rounds; n += 1)
    embedHashed(`The champion at Harbor Homes left last week and nobody took over yet ${n}.`)
  const { user, system } = process.cpuUsage(cpu)
  return roundTo((user + system) / 1000 / rounds, 4)
}
