import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { consolidateMemories } from './consolidate-memories.ts'
import { embedMissing } from './embed-missing.ts'
import { extractConversation, IDLE_MS } from './extract-conversation.ts'
import type { MemoryHouse } from './memory-needs.ts'

const EXTRACT = 'memory-extract'
const CONSOLIDATE = 'memory-consolidate'
const EMBED = 'memory-embed'

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
    run: async (_payload, signal) => consolidateMemories(house, signal),
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
