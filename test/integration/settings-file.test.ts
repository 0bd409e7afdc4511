import assert from 'node:assert/strict'
import { access, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { describeService } from '#platform/supervision/description.ts'
import { renderUnit } from '#platform/supervision/render-systemd.ts'
import { startProgram, type Ended, type Program } from '../support/program.ts'
import { makeHome } from '../support/sophia-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAYS_SETTINGS = `const { env } = process
console.log(JSON.stringify(Object.keys(env).filter((name) => /^(SOPHIA|DATABASE|OPENAI|SMTP|OTHER)_/.test(name)).toSorted()))
`

const Checked = z.object({
  home: z.string(),
  settings: z.array(z.looseObject({ name: z.string(), value: z.string(), from: z.string().nullable() })),
})

/** A clone of its own, whose `.env` says this, with a home and an account. */
async function makeClone(lines: string) {
  const folder = await makeHome()
  const root = join(folder, 'clone')
  await mkdir(join(root, 'scripts'), { recursive: true })
  for (const name of ['src', 'node_modules', 'package.json', 'package-lock.json'])
    await symlink(join(ROOT, name), join(root, name))
  for (const name of ['bootstrap.mjs', 'launch.mjs', 'sophia.mjs', 'service.mjs'])
    await copyFile(join(ROOT, 'scripts', name), join(root, 'scripts', name)).catch(() => undefined)
  await writeFile(join(root, 'scripts/build-web.ts'), '')
  await writeFile(join(root, 'scripts/says.ts'), SAYS_SETTINGS)
  await writeFile(join(root, '.env'), lines, { mode: 0o600 })
  const start = (script: string, words: readonly string[], environment: Record<string, string> = {}): Program =>
    startProgram(process.execPath, [join(root, 'scripts', script), ...words], {
      environment: { HOME: folder, ...environment },
      cwd: folder,
    })
  const run = (...what: Parameters<typeof start>): Promise<Ended> => start(...what).ended
  return { folder, root, run, start, file: join(root, '.env') }
}

test('what somebody types in a clone goes by its .env, and what the environment says goes before it, in either form', async () => {
  const { file, folder, run } = await makeClone(
    [
      '\u{FEFF}SOPHIA_HOME=/somewhere/else',
      'SOPHIA_PORT=8123',
      'SOPHIA_LOG_LEVEL=debug',
      'export SOPHIA_MODEL="playbook" # no other',
      'DATABASE_URL_FILE=/nowhere',
      'OPENAI_API_KEY=sk-of-the-file\r',
      'SMTP_URL_FILE=/nowhere',
    ].join('\n'),
  )
  const environment = { SOPHIA_LOG_LEVEL: 'warn', DATABASE_URL: 'postgres://a@b/c', SMTP_URL: '' }
  const { code, out, err } = await run('sophia.mjs', ['config', 'check', '--json'], environment)
  assert.equal(code, 0, err)
  const { home, settings } = Checked.parse(JSON.parse(out))
  assert.equal(home, '/somewhere/else')
  const set = settings.filter(({ from }) => from !== null).map(({ from, name, value }) => [name, value, from])
  assert.deepEqual(set, [
    ['SOPHIA_HOME', '/somewhere/else', file],
    ['SOPHIA_PORT', '8123', file],
    ['DATABASE_URL', '[secret]', 'environment'],
    ['SOPHIA_MODEL', 'playbook', file],
    ['OPENAI_API_KEY', '[secret]', file],
    ['SOPHIA_LOG_LEVEL', 'warn', 'environment'],
  ])
  const told = await run('launch.mjs', ['cli', 'config', 'check'], { SOPHIA_HOME: folder, ...environment })
  assert.match(told.out, /^\* SOPHIA_HOME /m)
  assert.match(told.out, /^\+ SOPHIA_PORT +8123$/m)
  assert.ok(told.out.endsWith(`* set in this environment\n+ set in ${file}\n`), told.out)
})

test('npm start goes by .env, and says once what it has from there', async () => {
  const { file, folder, start } = await makeClone('SOPHIA_HOME=/elsewhere\nSOPHIA_PORT=0\nSOPHIA_MODEL=playbook\n')
  const sophia = start('launch.mjs', ['up'], { SOPHIA_HOME: folder })
  await sophia.said(/Sophia is up at/)
  sophia.kill('SIGTERM')
  const { err } = await sophia.ended
  const told = err.split('\n').filter((line) => line.includes('settings are from a file'))
  assert.equal(told.length, 1)
  for (const word of [file, 'SOPHIA_PORT', 'SOPHIA_MODEL']) assert.ok(told[0]?.includes(word), word)
  assert.ok(!told[0]?.includes('SOPHIA_HOME'), 'that is from the environment')
  await access(join(folder, 'data'))
})

test('a fault in .env ends npm start, and says where it stands', async () => {
  const { file, run } = await makeClone('SOPHIA_PORT=eighty\nSOPHIA_HOME=~/data\n')
  // Without the file she would start, in the home of this account: so another fault is there besides.
  const { code, err } = await run('launch.mjs', ['up'], { SOPHIA_TYPO: 'yes' })
  assert.equal(code, 78)
  assert.match(err, /^ {2}SOPHIA_TYPO: /m)
  assert.ok(err.includes(`  SOPHIA_PORT (in ${file}): `), err)
  assert.ok(err.includes(`  SOPHIA_HOME (in ${file}): Expected a whole path`), err)
})

test('an .env that cannot be read ends what was to begin; a folder of that name is none of hers', async () => {
  const { file, run } = await makeClone('')
  await rm(file)
  await mkdir(file)
  assert.equal((await run('sophia.mjs', ['config', 'check'])).code, 0)
  await rm(file, { recursive: true })
  // Whoever may read everything meets this, too.
  await symlink('.env', file)
  const { code, err } = await run('sophia.mjs', ['config', 'check'])
  assert.deepEqual([code, err.includes(`The settings in ${file} cannot be read`)], [78, true])
})

test('tests, scripts and services do not read it, nor does what is run in the place of a service', async () => {
  const { folder, root, run } = await makeClone('SOPHIA_PORT=8123\nDATABASE_URL=postgres://a@b/c\nOTHER_PROXY=x\n')
  assert.equal((await run('launch.mjs', ['run', 'scripts/says.ts'])).out, '[]\n')
  const service = await run('service.mjs', ['config', 'check', '--json'])
  const { settings } = Checked.parse(JSON.parse(service.out))
  assert.deepEqual(
    settings.filter(({ from }) => from !== null),
    [],
  )
  const unit = renderUnit(describeService({ scope: 'user', node: process.execPath, root, home: folder }))
  assert.match(unit, /^ExecStart=.*\/scripts\/service\.mjs up$/m)
  if (process.platform !== 'linux') return
  await mkdir(join(folder, '.config/systemd/user'), { recursive: true })
  await writeFile(join(folder, '.config/systemd/user/sophia.service'), unit)
  await writeFile(join(root, 'scripts/service.mjs'), SAYS_SETTINGS)
  assert.equal((await run('sophia.mjs', ['service', 'run', '--user', '--', 'backup', 'list'])).out, '["SOPHIA_HOME"]\n')
})

test('git leaves it out', async () => {
  assert.match(await readFile(join(ROOT, '.gitignore'), 'utf8'), /^\.env$/m)
})
