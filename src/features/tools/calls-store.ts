import { z } from 'zod'
import { ToolAnswer } from '#contract/mcp.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const CallRow = z.object({
  tool: z.string(),
  inputHash: z.string(),
  status: z.enum(['running', 'done', 'failed', 'unknown']),
  answer: ToolAnswer.nullable(),
})
export type CallRow = z.infer<typeof CallRow>

interface KeyedCall {
  readonly memberId: string
  readonly key: string
  readonly tool: string
  readonly inputHash: string
}

/** Takes the key for this call; answers the call that has it already, if one has. */
export async function takeKey(
  handle: Handle,
  { memberId, key, tool, inputHash }: KeyedCall,
): Promise<CallRow | undefined> {
  const taken = await handle.run(
    sql`insert into mcp_calls (member_id, key, tool, input_hash, status) values (${memberId}, ${key}, ${tool}, ${inputHash}, 'running')
      on conflict (member_id, key) do nothing`,
  )
  if (taken === 1) return undefined
  return handle.first(
    CallRow,
    sql`select tool, input_hash as "inputHash", status, answer from mcp_calls where member_id = ${memberId} and key = ${key}`,
  )
}

export async function endCall(
  handle: Handle,
  { memberId, key }: Pick<KeyedCall, 'memberId' | 'key'>,
  end: { readonly status: 'done' | 'unknown'; readonly answer: ToolAnswer | null },
): Promise<void> {
  const answer = end.answer === null ? null : JSON.stringify(end.answer)
  await handle.run(
    sql`update mcp_calls set status = ${end.status}, answer = ${answer}::jsonb where member_id = ${memberId} and key = ${key}`,
  )
}

/** Nothing happened: the key may be used again. */
export async function freeKey(handle: Handle, { memberId, key }: Pick<KeyedCall, 'memberId' | 'key'>): Promise<void> {
  await handle.run(sql`delete from mcp_calls where member_id = ${memberId} and key = ${key} and status = 'running'`)
}
