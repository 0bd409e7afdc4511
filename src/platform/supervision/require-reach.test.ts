import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Account } from './installed.ts'
import { requireReachOf } from './require-reach.ts'

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

/** As the clone in the home of a person is opened to the account, step by step. */
async function tryHome(t: TestContext, account: Account): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'reach-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const script = join(home, 'clone/scripts/sophia.mjs')
  await mkdir(join(home, 'clone/scripts'), { recursive: true })
  await writeFile(script, '')
  const rights = () => [process.geteuid?.(), process.getegid?.(), process.getgroups?.()]
  const before = rights()
  const look = (): void => requireReachOf(account, [process.execPath, script])
  const closed = (place: string, end: string) => ({
    code: 'CONFLICT',
    message: new RegExp(`^${account.user}, .* get to ${script}: ${place} is closed to it\\..*/opt/sophia.*${end}$`),
  })
  assert.throws(look, closed(home, `chmod o\\+x ${home}`))
  await chmod(home, 0o711)
  look()
  await chmod(script, 0o600)
  assert.throws(look, closed(script, 'service install'))
  assert.deepEqual(rights(), before, 'root is root again')
}

test('what is closed to an account is found by trying, and root is root again', { skip: !isRoot }, (t) =>
  tryHome(t, { user: 'nobody', group: 'nogroup' }),
)

test('what is closed to everybody is closed to an account that is made later', { skip: !isRoot }, (t) =>
  tryHome(t, { user: 'not-made-yet', group: 'not-made-yet' }),
)
