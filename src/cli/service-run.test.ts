import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { describeService } from '#platform/supervision/description.ts'
import { renderUnit } from '#platform/supervision/render-systemd.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import type { Ended } from '../../test/support/program.ts'
import { makeHome, runSophia } from '../../test/support/sophia-process.ts'

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
/** Nobody listens there. */
const AWAY = 'postgres://sophia:far-away@127.0.0.1:1/sophia'

/** An account with an installed unit, whose home is not the one an account has without a word. */
async function install(root: string, dropIn?: string) {
  const account = await makeHome()
  const home = join(account, 'other home')
  const units = join(account, '.config/systemd/user')
  await mkdir(home)
  await mkdir(join(units, 'sophia.service.d'), { recursive: true })
  await writeFile(
    join(units, 'sophia.service'),
    renderUnit(describeService({ scope: 'user', node: process.execPath, root, home })),
  )
  if (dropIn !== undefined) await writeFile(join(units, 'sophia.service.d/override.conf'), dropIn)
  await writeFile(join(home, 'service.env'), `DATABASE_URL='${AWAY}'\nSOPHIA_LOG_LEVEL='error'\n`, { mode: 0o600 })
  const run = (...words: string[]): Promise<Ended> =>
    runSophia(['service', 'run', '--user', ...words], {
      HOME: account,
      PATH: '/usr/bin:/bin',
      DATABASE_URL_FILE: '/nowhere',
      AWS_REGION: 'elsewhere',
    })
  return { account, home, run }
}

/** A clone whose `sophia` says what it was given. */
async function makeTalkingClone(): Promise<string> {
  const root = await makeHome()
  await mkdir(join(root, 'scripts'))
  await writeFile(
    join(root, 'scripts/service.mjs'),
    `import { writeFileSync } from 'node:fs'
     if (process.argv[2] === 'write') writeFileSync(process.argv[3], '')
     const { argv, env } = process
     console.log(JSON.stringify({ words: argv.slice(2), env, uid: process.getuid(), groups: process.getgroups() }))
     process.exitCode = 7`,
  )
  return root
}

const Told = z.object({
  words: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  uid: z.number(),
  groups: z.array(z.number()),
})

test(
  'a command of the service has its home and its settings, and none of those set here',
  { skip: !isLinux },
  async () => {
    const { account, home, run } = await install(await makeTalkingClone())
    const { code, out } = await run('backup', 'list', '--json')
    assert.equal(code, 7, 'the exit code is its own')
    const { env, words } = Told.parse(JSON.parse(out))
    assert.deepEqual(words, ['backup', 'list', '--json'])
    const settings = Object.entries(env).filter(([name]) => /^(SOPHIA|DATABASE|AWS)_/.test(name))
    assert.deepEqual(Object.fromEntries(settings), {
      SOPHIA_HOME: home,
      DATABASE_URL: AWAY,
      SOPHIA_LOG_LEVEL: 'error',
    })
    assert.deepEqual([env['HOME'], env['PATH']], [account, '/usr/bin:/bin'])
    const written = join(account, 'written')
    assert.equal((await run('--', 'write', written)).code, 7)
    assert.equal((await stat(written)).mode & 0o777, 0o600)
  },
)

test('the real command asks the database of the service, and makes none of its own', { skip: !isLinux }, async () => {
  const { account, home, run } = await install(PACKAGE_ROOT)
  const checked = await run('--', 'config', 'check')
  assert.equal(checked.code, 0, checked.err)
  assert.match(checked.out, new RegExp(`^\\* SOPHIA_HOME +${home}$`, 'm'))
  assert.match(checked.out, /^\* DATABASE_URL +\[secret\]$/m)
  const { code, err } = await run('--', 'backup', 'restore', 'latest', '--yes')
  assert.notEqual(code, 0)
  assert.match(err, /database/i)
  assert.ok(!(await readdir(home)).includes('data'), 'no built-in database was made')
  assert.ok(!(await readdir(account)).includes('.sophia'), 'nor a home of another name')
})

test('root runs it under the account of the service', { skip: !isLinux || !isRoot }, async () => {
  const { account, run } = await install(
    await makeTalkingClone(),
    '[Service]\nUser=nobody\nGroup=nogroup\nEnvironment=SOPHIA_PORT=9000\n',
  )
  await chmod(account, 0o755)
  const { out } = await run('--', 'members', 'list')
  const { env, groups, uid } = Told.parse(JSON.parse(out))
  assert.deepEqual([uid, groups], [65_534, [65_534]])
  assert.deepEqual([env['USER'], env['SOPHIA_PORT']], ['nobody', '9000'])
})

test(
  'a clone that the account of the service does not get to is told, with what to do',
  { skip: !isLinux || !isRoot },
  async () => {
    const root = await makeTalkingClone()
    const { account, run } = await install(root, '[Service]\nUser=nobody\nGroup=nogroup\n')
    await chmod(account, 0o755)
    await chmod(root, 0o700)
    const { code, err, out } = await run('--', 'backup', 'restore', 'latest', '--yes')
    assert.deepEqual([code, out], [1, ''])
    const script = join(root, 'scripts/service.mjs')
    assert.match(
      err,
      new RegExp(`^nobody, .* cannot get to ${script}: ${root} is closed to it.*/opt/sophia.*service install`),
    )
  },
)

test('without a service, or without words, nothing is run', async () => {
  const account = await makeHome()
  const place = { HOME: account, PATH: '/nowhere' }
  const { code, err } = await runSophia(['service', 'run', '--user', '--', 'backup', 'list'], place)
  if (isLinux) assert.match(err, /^No service of this account is installed here; that of the whole machine .*sudo/)
  assert.notEqual(code, 0)
  assert.equal((await runSophia(['service', 'run', '--user'], place)).code, 2)
  assert.deepEqual(await readdir(account), [])
})
