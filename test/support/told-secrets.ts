import assert from 'node:assert/strict'
import { z } from 'zod'
import { Problem } from '#contract/common.ts'
import type { Database } from '#platform/postgres/database.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'
import { askAndRead, visit, type Visitor } from './visitors.ts'

const Found = z.object({ schema: z.string(), name: z.string() })

/** Tables of Sophia and of its jobs that hold the word in any column, in any case, also as bytes. */
export async function tablesHolding(database: Database, word: string): Promise<string[]> {
  const tables = await database.read((handle) =>
    handle.rows(
      Found,
      sql`select table_schema::text as schema, table_name::text as name from information_schema.tables
        where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE' order by 1, 2`,
    ),
  )
  const hex = Buffer.from(word).toString('hex')
  const holding: string[] = []
  for (const { schema, name } of tables) {
    const table = sql`${identifier(schema)}.${identifier(name)}`
    const row = await database.read((handle) =>
      handle.first(
        z.object({ rows: z.number() }),
        sql`select count(*) as rows from ${table} t where strpos(lower(t::text), ${word.toLowerCase()}) > 0 or strpos(t::text, ${hex}) > 0`,
      ),
    )
    if (row && row.rows > 0) holding.push(`${schema}.${name}`)
  }
  return holding
}

/** Waits for what happens beside the caller; throws what it waited for in vain. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Asks (`PATCH /api/...`) and gives the text of an answer that must be a good one. */
export async function send(visitor: Visitor, methodAndPath: string, body?: object): Promise<string> {
  const [method = 'GET', path = ''] = methodAndPath.split(' ', 2)
  const answer = await visit(visitor, { method, path, ...(body ? { body } : {}) })
  if (answer.status >= 300) throw new Error(`${methodAndPath}: ${answer.status} ${answer.text}`)
  return answer.text
}

/** Asks for what must be refused with this code; a field that is named must be among the faults. */
export async function refuse(
  visitor: Visitor,
  [methodAndPath, body]: readonly [methodAndPath: string, body?: object],
  expected: { readonly code: string; readonly field?: string },
): Promise<void> {
  const [method = 'GET', path = ''] = methodAndPath.split(' ', 2)
  const { text } = await visit(visitor, { method, path, ...(body ? { body } : {}) })
  const what = `${methodAndPath} ${JSON.stringify(body)}: ${text}`
  const problem = Problem.parse(JSON.parse(text))
  assert.equal(problem.code, expected.code, what)
  const { field } = expected
  if (field !== undefined)
    assert.ok(
      problem.errors?.some(({ path: at }) => at === field || at.endsWith(`.${field}`)),
      what,
    )
}

const Made = z.object({ id: z.string() })
const Answers = z.object({
  items: z.array(z.object({ role: z.string(), text: z.string(), sources: z.unknown(), calls: z.unknown() })),
})

/** Asks in a conversation of its own; answers what was said, with sources and calls, never the asker's own words. */
export async function askOnce(visitor: Visitor, persona: string, text: string): Promise<string> {
  const opened = await visit(visitor, { method: 'POST', path: '/api/conversations', body: { persona } })
  const { id } = Made.parse(JSON.parse(opened.text))
  const events = await askAndRead(visitor, id, text)
  const listed = await visit(visitor, { path: `/api/conversations/${id}/messages` })
  const { items } = Answers.parse(JSON.parse(listed.text))
  const answers = items.filter(({ role }) => role === 'assistant')
  await visit(visitor, { method: 'DELETE', path: `/api/conversations/${id}` })
  return `${events}\n${JSON.stringify(answers)}`
}
