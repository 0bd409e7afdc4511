import { join } from 'node:path'
import { makeScratchCertificates } from '#platform/scratch/certificates.ts'
import { startScratchPostgres } from '#platform/scratch/postgres.ts'
import { createScratchRedis, startScratchSentinels, type ScratchRedis } from '#platform/scratch/redis.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'
import type { Frame } from '../frame.ts'
import { startAll, THREE } from './of-processes.ts'
import type { Scene } from './scene.ts'

const LASTS_MS = 10_000
const NAME = 'redis-server'

export const redisLoss: Scene = {
  programs: [NAME],
  async set(frame) {
    const { redis, sophias } = await startWithRedis(frame, THREE)
    return { sophias, inject: redis.kill, lastsMs: LASTS_MS, mend: redis.start }
  },
}

export function redisFreeze(count = THREE): Scene {
  return {
    programs: [NAME],
    async set(frame) {
      const { redis, sophias } = await startWithRedis(frame, count)
      return { sophias, inject: async () => redis.freeze(), lastsMs: LASTS_MS, mend: async () => redis.thaw() }
    },
  }
}

export function redisFailover(count = THREE): Scene {
  return {
    programs: [NAME],
    async set(frame) {
      const { primary, url, elected } = await startScratchSentinels({ ...frame, program: frame.program(NAME) })
      const sophias = await startProcesses(frame, count, { REDIS_URL: url })
      // The sentinels mend it: nothing is mended before they have.
      return { sophias, inject: primary.kill, lastsMs: 0, mend: elected }
    },
  }
}

export const certificateExpiry: Scene = {
  programs: [NAME, 'openssl'],
  async set(frame) {
    const made = await makeScratchCertificates(frame.program('openssl'), join(frame.folder, 'certificates'))
    const redis = await createScratchRedis(
      { ...frame, program: frame.program(NAME) },
      { 'tls-auth-clients': 'no', 'tls-key-file': made.keyFile, 'tls-ca-cert-file': made.authorityFile },
    )
    const startWith = async (file: string): Promise<void> => {
      await redis.kill()
      await redis.start({ 'tls-cert-file': file })
    }
    await startWith(made.validFile)
    const settings = { REDIS_URL: `rediss://127.0.0.1:${redis.port}`, REDIS_CA_FILE: made.authorityFile }
    const sophias = await startProcesses(frame, THREE, settings)
    return {
      sophias,
      inject: () => startWith(made.endedFile),
      lastsMs: LASTS_MS,
      mend: () => startWith(made.validFile),
    }
  },
}

async function startWithRedis(
  frame: Frame,
  count: number,
): Promise<{ redis: ScratchRedis; sophias: readonly ScratchSophia[] }> {
  const redis = await createScratchRedis({ ...frame, program: frame.program(NAME) })
  await redis.start()
  return { redis, sophias: await startProcesses(frame, count, { REDIS_URL: `redis://127.0.0.1:${redis.port}` }) }
}

async function startProcesses(
  frame: Frame,
  count: number,
  settings: Readonly<Record<string, string>>,
): Promise<ScratchSophia[]> {
  const postgres = await startScratchPostgres(frame)
  frame.onEnd(postgres.end)
  const sophias = await frame.createSophias(count, { DATABASE_URL: postgres.url(), ...settings })
  await startAll(sophias)
  return sophias
}
