import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Docker } from './docker.ts'

const Inspected = z
  .tuple([
    z.object({
      Size: z.number(),
      Config: z.object({
        User: z.string(),
        Entrypoint: z.array(z.string()),
        Labels: z.record(z.string(), z.string()),
        Healthcheck: z.object({ Test: z.array(z.string()) }),
      }),
    }),
  ])
  .transform(([one]) => one)
const Bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.object({ name: z.string(), version: z.string() })),
})

const MOST_BYTES = 250 * 1000 * 1000
const CONFINED = ['--rm', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--network=none']

/** What the image is made of: asserts the promises, answers figures. */
export async function checkImage({ docker }: Docker, image: string, revision: string) {
  const inspected = Inspected.parse(JSON.parse(await docker(['image', 'inspect', image])))
  const { User, Entrypoint, Labels, Healthcheck } = inspected.Config
  assert.equal(User, '10001:10001')
  assert.equal(Entrypoint[0], 'tini')
  assert.equal(Labels['org.opencontainers.image.revision'], revision)
  assert.equal(Healthcheck.Test[0], 'CMD')
  assert.ok(inspected.Size < MOST_BYTES, `${inspected.Size} bytes`)
  const look = (script: string): Promise<string> =>
    docker(['run', ...CONFINED, '--entrypoint', 'node', image, '--eval', script])
  const found: unknown = JSON.parse(
    await look(`const fs = require('node:fs')
      const may = (path) => { try { fs.writeFileSync(path, ''); return true } catch { return false } }
      const programs = fs.globSync('/**/{sh,bash,dash,apt,apt-get,dpkg,npm,npx,gcc,cc,python3,busybox,wget,curl}', { exclude: (name) => name === 'proc' || name === 'sys' })
      const set = fs.globSync('/{usr,lib,lib64,app}/**/*').filter((path) => fs.lstatSync(path).mode & 0o6000)
      console.log(JSON.stringify({ uid: process.getuid(), mayWrite: may('/app/x') || may('/tmp/x') || may('/etc/x'), programs, set }))`),
  )
  assert.deepEqual(found, { uid: 10001, mayWrite: false, programs: [], set: [] })
  assert.match(await docker(['run', ...CONFINED, image, '--version']), /^\d+\.\d+\.\d+\n$/)
  const bill = Bill.parse(
    JSON.parse(await look(`process.stdout.write(require('node:fs').readFileSync('/app/sbom.cdx.json'))`)),
  )
  for (const name of ['fastify', 'react', 'node', 'libc6'])
    assert.ok(
      bill.components.some((one) => one.name === name),
      name,
    )
  assert.ok(!bill.components.some((one) => ['vite', 'typescript'].includes(one.name)))
  return { megabytes: Math.round(inspected.Size / 1e6), components: bill.components.length }
}
