import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { consolidateMemories } from './consolidate-memories.ts'
import { embedMissing } from './embed-missing.ts'
import { extractConversation, IDLE_MS } from './extract-conversation.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { listUnread } from './told-store.ts'

const EXTRACT = 'memory-extract'
const CONSOLIDATE = 'memory-consolidate'
const EMBED = 'memory-embed'

/** Longer than the pauses between the tries of a job. */
const RESTED_MS = 3_600_000
/** What is older was said when nobody could read on, or is past caring for. */
const FORGOTTEN_MS = 7 * 86_400_000
const MOST_A_NIGHT = 500

const Extraction = z.object({ conversationId: z.uuid() })
const Nothing = z.object({})

/** Reading on in a conversation that has come to rest, the nightly look, and vectors that are missing. */
export function defineMemoryJobs(house: MemoryHouse): void {
  const { jobs } = house
  if (!jobs) return
  jobs.define({
    name: EXTRACT,
    parse: (payload) => Extraction.parse(payload),
    run: async ({ conversationId }, signal) => {
      const isIdle = await extractConversation(house, conversationId, signal)
      if (!isIdle) await sendLater(house, conversationId)
    },
    retries: 3,
    firstRetrySeconds: 60,
  })
  jobs.define({
    name: CONSOLIDATE,
    parse: (payload) => Nothing.parse(payload),
    run: async (_payload, signal) => {
      await sendForgotten(house)
      await consolidateMemories(house, signal)
    },
    isSingle: true,
    cron: '15 3 * * *',
  })
  if (house.embedder)
    jobs.define({
      name: EMBED,
      parse: (payload) => Nothing.parse(payload),
      run: async (_payload, signal) => embedMissing(house, signal),
      isSingle: true,
      cron: '* * * * *',
    })
}

/** In the transaction that ends a turn: the conversation is read when it has come to rest. Only a model can read on. */
export async function sendExtraction(house: MemoryHouse, handle: Handle, conversationId: string): Promise<void> {
  if (canExtract(house)) await sendLater(house, conversationId, handle)
}

/** Conversations at rest that nobody read on in: their jobs are gone, as all are after a restore. */
async function sendForgotten(house: MemoryHouse): Promise<void> {
  if (!canExtract(house)) return
  const nowMs = house.clock.now().getTime()
  const span = { from: new Date(nowMs - FORGOTTEN_MS), to: new Date(nowMs - RESTED_MS), limit: MOST_A_NIGHT }
  for (const id of await house.database.read((handle) => listUnread(handle, span))) await sendLater(house, id)
}

function canExtract({ jobs, chain, budget, principalOf }: MemoryHouse): boolean {
  return jobs !== undefined && budget !== undefined && principalOf !== undefined && !isPlaybook(chain?.label)
}

function isPlaybook(label: string | undefined): boolean {
  return label === undefined || label === 'playbook'
}

async function sendLater({ jobs, clock }: MemoryHouse, conversationId: string, handle?: Handle): Promise<void> {
  const startAt = new Date(clock.now().getTime() + IDLE_MS)
  await jobs?.send(EXTRACT, { conversationId }, { key: conversationId, startAt, ...(handle ? { handle } : {}) })
}
