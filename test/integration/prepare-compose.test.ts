import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { copyDeployment } from '../support/copy-deployment.ts'

const folder = mkdtempSync(join(tmpdir(), 'sophia-prepare-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const read = (path: string): string => readFileSync(path, 'utf8')

test('prepare.sh is ready for what .env says: for another name it prints the lines to change, and ends with 1 until they are', () => {
  const { copy, prepare } = copyDeployment(folder)
  const file = join(copy, 'compose/.env')
  assert.match(prepare().stdout, /^Ready for https:\/\/localhost\./)
  const first = read(file)
  const other = prepare('sophia.example.com')
  assert.deepEqual([other.status, other.stdout, read(file)], [1, '', first])
  const lines = [...other.stderr.matchAll(/^ {2}(SOPHIA_.*)$/gm)].map(([, line = '']) => line)
  assert.deepEqual(lines, [
    'SOPHIA_SITE=sophia.example.com',
    'SOPHIA_PUBLIC_URL=https://sophia.example.com',
    'SOPHIA_EDGE_ADDRESS=0.0.0.0',
  ])
  // Half of it leads nowhere, either.
  appendFileSync(file, `${lines[0]}\n`)
  const half = prepare('sophia.example.com')
  assert.deepEqual(
    [half.status, half.stderr.includes('SOPHIA_SITE'), half.stderr.includes(lines[1] ?? '')],
    [1, false, true],
  )
  appendFileSync(file, 'SOPHIA_PUBLIC_URL="https://sophia.example.com:8443"\r\nSOPHIA_EDGE_ADDRESS=192.0.2.7\n')
  for (const words of [['sophia.example.com'], []]) {
    const ready = prepare(...words)
    assert.deepEqual([ready.status, ready.stderr], [0, ''])
    assert.match(ready.stdout, /^Ready for https:\/\/sophia\.example\.com:8443\./)
  }
  assert.equal(prepare('localhost').status, 1)
})
