import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { failing, unknown, type Finding } from '#domain/doctor/finding.ts'
import {
  judgeClock,
  judgeDisk,
  judgeHome,
  judgeNode,
  judgePort,
  judgeSecretKey,
  judgeSettings,
  judgeWebApp,
} from '#domain/doctor/judge-machine.ts'
import { judgeRunning, type RunningFacts } from '#domain/doctor/judge-outside.ts'
import { Health } from '#contract/operations.ts'
import { createSecretBox, findSecretKey, KEY_FILE } from '#platform/crypto/secret-box.ts'
import { findHomeOwner } from '#platform/home-lock.ts'
import { hostWithPort } from '#platform/network/address-guard.ts'
import type { DatabaseLook } from '#platform/postgres/look-at-database.ts'
import { ownCertificate } from '#platform/tls/read-certificate.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import type { DoctorNeeds } from './doctor-needs.ts'
import { reasonOf, type Check } from './examine.ts'
import { lookAtDisk, lookAtHome, modeOf, readClockState, tryPort } from './look-at-machine.ts'
import type { StoreLooks } from './store-looks.ts'

const HEALTH_LIMIT_MS = 5000

/** What this machine gives Sophia, and how a Sophia that runs on it says she is. */
export function machineChecks(needs: DoctorNeeds, looks: StoreLooks): Check[] {
  const { config, webFolder } = needs
  const { home } = config
  return [
    { id: 'settings', look: () => checkSettings(needs) },
    { id: 'node', look: () => judgeNode({ version: process.versions.node, path: process.execPath }) },
    { id: 'web-app', look: () => judgeWebApp({ isBuilt: existsSync(join(webFolder, 'index.html')) }) },
    { id: 'home', settings: ['SOPHIA_HOME'], look: async () => judgeHome(await lookAtHome(home)) },
    { id: 'disk', settings: ['SOPHIA_HOME'], look: async () => judgeDisk(await lookAtDisk(home)) },
    { id: 'secret-key', settings: ['SOPHIA_SECRET_KEY'], look: () => checkSecretKey(needs, looks) },
    { id: 'port', settings: ['SOPHIA_HOME', 'SOPHIA_HOST', 'SOPHIA_PORT'], look: () => checkPort(needs) },
    { id: 'server', settings: ['SOPHIA_HOME', 'SOPHIA_HOST', 'SOPHIA_PORT'], look: () => checkServer(needs) },
    { id: 'clock', look: () => checkClock(needs, looks) },
  ]
}

async function checkSettings({ faults, settingsFiles }: DoctorNeeds): Promise<Finding> {
  const files = settingsFiles.map(async (file) => ({ ...file, mode: await modeOf(file.path) }))
  return judgeSettings({ faults, files: await Promise.all(files) })
}

async function checkSecretKey({ config }: DoctorNeeds, looks: StoreLooks): Promise<Finding> {
  const { home, postgres } = config
  const isShared = postgres.url !== null
  // That it cannot be asked is told where it is looked at.
  const look = await looks.direct().catch(() => null)
  const key = await findSecretKey({ secretKey: config.secretKey?.reveal() ?? null, home, isShared })
  return judgeSecretKey({
    isSet: config.secretKey !== null,
    isShared,
    fileMode: await modeOf(join(home, KEY_FILE)),
    opens: opensAll(key, look?.sealed ?? []),
  })
}

/** Null: there is nothing to open. */
function opensAll(key: string | null, sealed: DatabaseLook['sealed']): boolean | null {
  if (sealed.length === 0) return null
  if (key === null) return false
  const box = createSecretBox(key)
  try {
    for (const { context, bytes } of sealed) box.open(bytes, context)
    return true
  } catch {
    // Why is always the same: sealed with another key.
    return false
  }
}

async function checkPort({ config }: DoctorNeeds): Promise<Finding> {
  const owner = (await findHomeOwner(config.home)) ?? null
  const { host, port } = config.http
  const fault = owner === null && port !== 0 ? await tryPort(host, port) : null
  return judgePort({ host, port, owner, fault })
}

async function checkServer({ config, nearServer }: DoctorNeeds): Promise<Finding> {
  const owner = await findHomeOwner(config.home)
  if (owner?.address === undefined)
    return unknown('No Sophia that answers runs on this home, so she was not asked how she is.')
  const server = nearServer(owner.address)
  try {
    return judgeRunning(await askHealth(server))
  } catch (error) {
    return failing(
      `Sophia (process ${owner.pid}) runs, and does not answer at ${server.address}: ${reasonOf(error)}`,
      'Look at her log; if she hangs, stop and start her.',
    )
  }
}

async function askHealth({ address, certificate }: ReturnType<DoctorNeeds['nearServer']>): Promise<RunningFacts> {
  const client = createGuardedClient({
    allowPrivate: [hostWithPort(address)],
    pinned: certificate === null ? null : ownCertificate(certificate),
  })
  try {
    const answer = await client.fetch(new URL('/health', address), { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) })
    const { status, version, components } = Health.parse(await answer.json())
    const wrong = Object.entries(components).flatMap(([name, { status: state, detail = 'no word why.' }]) =>
      state === 'degraded' || state === 'down' ? [{ name, status: state, detail }] : [],
    )
    return { status, version, wrong }
  } finally {
    await client.close()
  }
}

async function checkClock({ config }: DoctorNeeds, looks: StoreLooks): Promise<Finding> {
  const [references, isSynchronised] = await Promise.all([looks.clocks(), readClockState(config.watchdog.inherited)])
  return judgeClock({ references, isSynchronised })
}
