import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Corpus, Utterance } from './corpus.ts'

const Turn = z.looseObject({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string().default(''),
  blip_caption: z.string().nullish(),
})
const Question = z.looseObject({
  question: z.coerce.string(),
  evidence: z.array(z.string()).default([]),
  category: z.union([z.int(), z.string()]).nullish(),
})
const Sample = z.looseObject({ qa: z.array(Question), conversation: z.record(z.string(), z.unknown()).optional() })
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Reads LoCoMo files as they are: one conversation per file or a list of them, sessions at the top or in `conversation`. */
export async function readLocomo(files: readonly string[]): Promise<Corpus[]> {
  const read = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as unknown))
  const samples = read
    .flatMap((content) => (Array.isArray(content) ? content : [content]))
    .map((one) => Sample.parse(one))
  return samples.map((sample, place) => toCorpus(sample, `locomo-${place}`))
}

function toCorpus(sample: z.infer<typeof Sample>, id: string): Corpus {
  const sessions: Record<string, unknown> = sample.conversation ?? sample
  const names = Object.keys(sessions).filter((name) => /^session_\d+$/.test(name))
  const utterances = names
    .toSorted((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
    .flatMap((name) => readSession(name, sessions[name], dayIn(sessions[`${name}_date_time`])))
  const today = utterances.reduce((last, { onDay }) => (onDay > last ? onDay : last), '1970-01-01')
  const known = new Set(utterances.map((utterance) => utterance.id))
  const questions = sample.qa.flatMap(({ question, evidence, category }) => {
    // Some evidence holds several ids in one string.
    const ids = [...new Set(evidence.flatMap((text) => text.match(/D\d+:\d+/g) ?? []))].filter((found) =>
      known.has(found),
    )
    return ids.length === 0
      ? []
      : [{ text: question, today, category: String(category ?? 'none'), evidence: ids, stale: [] }]
  })
  return { id, utterances, questions, clients: [] }
}

function readSession(name: string, content: unknown, onDay: string): Utterance[] {
  const turns = z.array(Turn).safeParse(content)
  if (!turns.success) return []
  return turns.data.map(({ speaker, dia_id: id, text, blip_caption: caption }, position) => ({
    id,
    thread: name,
    position,
    onDay,
    text: `${speaker}: ${text}${caption ? ` [picture: ${caption}]` : ''}`,
    by: 'speaker',
    teaches: null,
  }))
}

/** "1:56 pm on 8 May, 2023". */
function dayIn(text: unknown): string {
  const match = /(\d{1,2}) (\p{L}{3})\p{L}*,? (\d{4})/u.exec(typeof text === 'string' ? text : '')
  if (!match) return '1970-01-01'
  const month = MONTHS.indexOf((match[2] ?? '').toLowerCase()) + 1
  return `${match[3]}-${String(month).padStart(2, '0')}-${(match[1] ?? '').padStart(2, '0')}`
}
