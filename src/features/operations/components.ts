import type { Database } from '#platform/postgres/database.ts'
import type { DiskPressure } from './disk-pressure.ts'
import { pingDatabase } from './ping-store.ts'
import type { Component, Observation } from './health.ts'

export interface ComponentNeeds {
  readonly database: Database
  /** A connection of its own, so that a pool that is merely full is not taken for a database that is away. */
  readonly probe: Database
  readonly disk: Pick<DiskPressure, 'look'>
  readonly personas: () => { readonly state: 'ok' | 'degraded'; readonly detail: string }
  readonly model: () => Observation
  readonly jobs: () => Observation
  readonly turns: () => Promise<Observation>
  readonly load: () => Observation
  readonly mcp: () => Observation
  /** null: no Redis is set. */
  readonly redis: { observe(): Promise<Observation> } | null
  /** What is wrong with what lies in Redis. */
  readonly cacheTroubles: () => readonly { readonly detail: string; readonly isGrave: boolean }[]
  readonly calendar: () => Observation
  readonly backup: () => Promise<Observation>
  /** Of this server, or of the public address; null: there is neither. It answers null while nothing is known. */
  readonly certificate: { judge(): { readonly state: Observation['state']; readonly detail: string } | null } | null
  /** null: no mail server is set. */
  readonly mail: { probe(): Promise<{ readonly ok: boolean; readonly detail?: string }> } | null
}

/** What this process stands on, each measured; what is not built in or not set says `not_configured`. */
export function createComponents(needs: ComponentNeeds): Record<string, Component> {
  return {
    database: { isCritical: true, probe: () => probeDatabase(needs) },
    disk: { isCritical: false, probe: () => needs.disk.look() },
    personas: { isCritical: false, probe: async () => needs.personas() },
    model: { isCritical: false, probe: async () => needs.model() },
    load: { isCritical: false, probe: async () => needs.load() },
    turns: { isCritical: false, probe: () => needs.turns() },
    jobs: { isCritical: false, probe: async () => needs.jobs() },
    mail: { isCritical: false, probe: () => probeMail(needs.mail) },
    mcp: { isCritical: false, probe: async () => needs.mcp() },
    calendar: { isCritical: false, probe: async () => needs.calendar() },
    backup: { isCritical: false, probe: () => needs.backup() },
    redis: { isCritical: false, probe: () => observeRedis(needs) },
    tls: { isCritical: false, probe: async () => observeCertificate(needs.certificate) },
  }
}

async function probeDatabase({ database, probe }: ComponentNeeds): Promise<Observation> {
  const waiting = database.stats().waiting
  const version = await pingDatabase(probe)
  return {
    state: waiting > 50 ? 'degraded' : 'ok',
    detail: `PostgreSQL ${version}${waiting > 0 ? `; ${waiting} requests wait for a connection` : ''}`,
  }
}

async function probeMail(mail: ComponentNeeds['mail']): Promise<Observation> {
  if (mail === null) return { state: 'not_configured', detail: 'SMTP_URL is not set.' }
  const { ok, detail } = await mail.probe()
  return { state: ok ? 'ok' : 'degraded', detail: detail ?? 'The mail server answers.' }
}

async function observeRedis({
  redis,
  cacheTroubles,
}: Pick<ComponentNeeds, 'redis' | 'cacheTroubles'>): Promise<Observation> {
  if (!redis) return { state: 'not_configured', detail: 'REDIS_URL is not set; each process has its own cache.' }
  const seen = await redis.observe()
  // Of one that is away nobody knows what lies there.
  if (seen.state === 'down') return seen
  const troubles = cacheTroubles()
  const isGrave = troubles.some((trouble) => trouble.isGrave)
  const detail = [seen.detail, ...troubles.map((trouble) => trouble.detail)].filter(Boolean).join(' ')
  return { ...seen, state: isGrave ? 'degraded' : seen.state, detail }
}

function observeCertificate(certificate: ComponentNeeds['certificate']): Observation {
  const judged = certificate?.judge()
  if (judged) return { state: judged.state, detail: judged.detail }
  return { state: 'not_configured', detail: 'SOPHIA_TLS_CERT is not set: plain HTTP, for loopback or behind a proxy.' }
}
