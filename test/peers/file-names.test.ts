import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { ImportReport } from '#contract/records.ts'
import { openTestHouse } from '../support/house.ts'
import { ask } from '../support/raw-http.ts'
import { joinHouse } from '../support/visitors.ts'

// S17: LibreChat GHSA-qrm5-r67f-6692 and Langflow CVE-2026-33497 wrote where the name of a file told them.

const house = await openTestHouse()
const { home } = house.rooms.config
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const NAMES = [
  '../poc.csv',
  '../../web/dist/poc.csv',
  '..\\poc.csv',
  '/tmp/poc.csv',
  'C:\\poc.csv',
  '..%2fpoc.csv',
  '.htaccess',
  'con',
  '$(touch poc).csv',
  '<img src=x onerror=alert(1)>.csv',
  `${'x'.repeat(296)}.csv`,
]

async function filesBeside(): Promise<string[]> {
  const [own, web, temporary] = await Promise.all([
    readdir(home, { recursive: true }),
    readdir(new URL('../../', import.meta.url)),
    readdir(tmpdir()),
  ])
  return [...own, ...web, ...temporary].filter((name) => /poc|htaccess|^con$|xxxx|onerror/.test(name))
}

test('the name of an uploaded file is a label: it is kept as it came and makes no file anywhere', async () => {
  const before = await filesBeside()
  for (const fileName of NAMES) {
    const { status, text } = await ask(house.url, {
      method: 'POST',
      path: `/api/imports?kind=clients&fileName=${encodeURIComponent(fileName)}`,
      headers: { cookie: visitor.cookie, 'content-type': 'text/csv' },
      body: 'id,name\nc1,Client\n',
    })
    assert.equal(status, 201, text)
    assert.equal(ImportReport.parse(JSON.parse(text)).fileName, fileName)
  }
  assert.deepEqual(await filesBeside(), before)
})

test('a name with a NUL or of more than 300 characters is refused', async () => {
  for (const fileName of ['a\0.csv', 'x'.repeat(301), '']) {
    const { status } = await ask(house.url, {
      method: 'POST',
      path: `/api/imports?kind=clients&fileName=${encodeURIComponent(fileName)}`,
      headers: { cookie: visitor.cookie, 'content-type': 'text/csv' },
      body: 'id,name\nc1,Client\n',
    })
    assert.equal(status, 400, JSON.stringify(fileName))
  }
})

test('a backup is found by its id among those there are, never by a path', async () => {
  for (const id of ['../sophia', '..%2f..%2fetc%2fpasswd', '/etc/passwd', 'x.tar', '....//x']) {
    const path = `/api/backups/${encodeURIComponent(id)}/verify`
    assert.equal((await visitor.ask({ method: 'POST', path })).status, 404, id)
  }
})

test('a persona is found by its name among those there are, never by a path', async () => {
  for (const id of ['../README', '..%2fREADME', '/etc/passwd', 'marcus.md', '__proto__', 'constructor']) {
    const { status, text } = await visitor.ask({ path: `/api/personas/${encodeURIComponent(id)}` })
    assert.ok(status === 404 || status === 400, `${id}: ${status}`)
    assert.doesNotMatch(text, /root:|ENOENT/)
  }
})
