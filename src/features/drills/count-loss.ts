import { z } from 'zod'
import { MessagePage } from '#contract/conversations.ts'
import type { DrillFigures } from '#domain/drills/drill.ts'
import type { Question, Traffic } from './traffic.ts'

type Loss = Pick<DrillFigures, 'acknowledged' | 'lost' | 'duplicated' | 'unended' | 'sinceBackup'>

/** Holds what members were told against what is stored when all is over. `keptMs`: what was acknowledged later need not be there. */
export async function countLoss(traffic: Traffic, keptMs: number | null): Promise<Loss> {
  const stored = await readStored(traffic)
  const acknowledged = traffic.questions.filter(({ acknowledgedMs }) => acknowledgedMs !== null)
  const missing = acknowledged.filter(({ messageId }) => !stored.messages.has(messageId))
  const isLater = ({ acknowledgedMs }: Question): boolean =>
    keptMs !== null && acknowledgedMs !== null && acknowledgedMs > keptMs
  return {
    acknowledged: acknowledged.length,
    lost: missing.filter((question) => !isLater(question)).length,
    duplicated: [...stored.messages.values(), ...stored.answers.values()].filter((times) => times > 1).length,
    unended: acknowledged.filter(({ endedMs }) => endedMs === null).length,
    sinceBackup: keptMs === null ? null : missing.filter(isLater).length,
  }
}

/** How often each message is there by its id, and how many answers each turn has. */
async function readStored(traffic: Traffic) {
  const messages = new Map<string, number>()
  const answers = new Map<string, number>()
  const count = (counts: Map<string, number>, id: string): void => void counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const id of traffic.conversationIds)
    for await (const { id: messageId, role, turnId } of messagesOf(traffic, id))
      if (role === 'user') count(messages, messageId)
      else count(answers, turnId)
  return { messages, answers }
}

async function* messagesOf(traffic: Traffic, id: string): AsyncGenerator<z.infer<typeof MessagePage>['items'][number]> {
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor === null ? {} : { cursor }) })
    const answer = await traffic.send({ path: `/api/conversations/${id}/messages?${query.toString()}` })
    if (answer?.status !== 200) throw new Error(`What is stored could not be read: ${answer?.status ?? 'no answer'}.`)
    const page: z.infer<typeof MessagePage> = MessagePage.parse(answer.body)
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
