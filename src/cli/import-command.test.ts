import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { Command } from 'commander'
import { z } from 'zod'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { createTestImports, importer } from '../../test/support/import-fixture.ts'
import { addImportCommand } from './import-command.ts'

const { database } = await openTestDatabase()
const { imports } = createTestImports(database)
const folder = await mkdtemp(join(tmpdir(), 'sophia-import-'))
after(() => rm(folder, { recursive: true, force: true }))

const VTT = `WEBVTT

00:00:01.000 --> 00:00:04.000
<v Priya Nair>I will send the price list by Friday.

00:00:05.000 --> 00:00:09.000
<v Dana Fox>Good.
`

/** Runs one command line; answers what it printed. */
async function run(t: TestContext, ...words: string[]): Promise<string> {
  const log = t.mock.method(console, 'log', () => undefined)
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addImportCommand(program, () => Promise.resolve({ imports, principal: importer, close: () => Promise.resolve() }))
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined })
  try {
    await program.parseAsync(words, { from: 'user' })
    return log.mock.calls.map((call) => String(call.arguments[0])).join('\n')
  } finally {
    log.mock.restore()
  }
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const Row = z.object({
  title: z.string(),
  onDay: z.string(),
  dealId: z.string().nullable(),
  clientId: z.string().nullable(),
  repId: z.string().nullable(),
})

function importedCalls(): Promise<z.infer<typeof Row>[]> {
  return database.read((handle) =>
    handle.rows(
      Row,
      sql`select title, on_day as "onDay", deal_id as "dealId", client_id as "clientId", rep_id as "repId"
        from transcripts where source <> 'sample' order by title`,
    ),
  )
}

test('a recording can be tried on the sample company with its deal and day, and goes with it', async (t) => {
  await imports.loadSample(importer)
  const call = await file('call.vtt', VTT)
  const printed = await run(t, 'import', 'transcripts', call, '--deal', 'deal-0042', '--on', '2026-03-04')
  assert.match(printed, /1/)
  assert.deepEqual(await importedCalls(), [
    { title: 'call', onDay: '2026-03-04', dealId: 'deal-0042', clientId: null, repId: null },
  ])
  await assert.rejects(
    run(t, 'import', 'transcripts', await file('calls.csv', 'title,day,text\nA,2026-01-01,Hello\n')),
    /The sample company is loaded/,
  )
  await imports.loadSample(importer)
  assert.deepEqual(await importedCalls(), [])
  await run(t, 'import', 'transcripts', call, '--on', '2026-03-04')
  await imports.removeSample(importer)
  assert.deepEqual(await importedCalls(), [])
})

test('client, rep and title are told with their flags; what the file says of itself stays', async (t) => {
  const call = await file('second.txt', 'Date: 2026-05-06\n\nPriya Nair: Hello.\nDana Fox: Hello.\n')
  const flags = ['--client', 'Harbor Homes', '--rep', 'Priya Nair', '--title', 'Kick-off', '--on', '2026-01-01']
  await run(t, 'import', 'transcripts', call, ...flags)
  assert.deepEqual(await importedCalls(), [
    { title: 'Kick-off', onDay: '2026-05-06', dealId: null, clientId: 'harbor-homes', repId: 'priya-nair' },
  ])
})

test('a call without a day, a wrong ending, standard input and a wrong kind are told what to do', async (t) => {
  const call = await file('call.vtt', VTT)
  await assert.rejects(run(t, 'import', 'transcripts', call), /names no day.*--on YYYY-MM-DD/)
  await assert.rejects(run(t, 'import', 'transcripts', call, '--on', '6 May'), /YYYY-MM-DD/)
  await assert.rejects(
    run(t, 'import', 'transcripts', await file('call.docx', 'x')),
    /\.docx file cannot be read as transcripts.*\.txt, \.vtt or \.json/,
  )
  await assert.rejects(run(t, 'import', 'deals', call), /holds a call: import it as transcripts/)
  await assert.rejects(
    run(t, 'import', 'transcripts', '-', '--deal', 'deal-0042'),
    /name the file of the call instead of -/,
  )
  await assert.rejects(run(t, 'import', 'transcripts', join(folder, 'none.vtt')), /cannot be read/)
})
