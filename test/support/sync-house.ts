import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { Sync, SyncDetail, SyncRun } from '#contract/sync.ts'
import { createOwnerKey, openTestHouse, type TestHouse } from './house.ts'

/** A house with a key of somebody who may do everything, asked as a program asks it. */
export async function openSyncHouse(crmPort: number) {
  const house = await openTestHouse({ SOPHIA_ALLOW_PRIVATE_NETWORK: `127.0.0.1:${crmPort}` })
  const key = await createOwnerKey(house)
  const ask = createAsk(house, key)
  return {
    house,
    ask,
    /** Until the run ends. */
    run: async (syncId: string, request: object = {}) => {
      const { id } = await ask(SyncRun, 'POST', `/api/mcp/syncs/${syncId}/run`, request)
      return waitForRun(ask, syncId, id)
    },
  }
}

export type Ask = ReturnType<typeof createAsk>

function createAsk({ url }: TestHouse, key: string) {
  return async <Shape extends z.ZodType>(
    shape: Shape,
    ...[method, path, body]: readonly [method: string, path: string, body?: object]
  ): Promise<z.infer<Shape>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return shape.parse(answer)
  }
}

async function waitForRun(ask: Ask, syncId: string, runId: string) {
  for (let tries = 0; tries < 1200; tries += 1) {
    const { runs } = await ask(SyncDetail, 'GET', `/api/mcp/syncs/${syncId}`)
    const run = runs.find(({ id }) => id === runId)
    if (run?.status === 'complete' || run?.status === 'failed') return run
    await delay(100)
  }
  throw new Error('the run does not end')
}

/** Adds the CRM as a connection and a sync of it, once its tools are known. */
export async function connectCrm(ask: Ask, url: string, sync: object = {}): Promise<z.infer<typeof Sync>> {
  await ask(z.unknown(), 'POST', '/api/mcp/servers', { id: 'crm', name: 'Test CRM', url })
  const Tools = z.object({ items: z.array(z.unknown()) })
  for (let tries = 0; tries < 200; tries += 1) {
    const { items } = await ask(Tools, 'GET', '/api/mcp/tools?server=crm')
    if (items.length > 0) break
    await delay(50)
  }
  return ask(Sync, 'POST', '/api/mcp/syncs', { serverId: 'crm', ...sync })
}
