import type { Clock } from '#domain/clock.ts'

export type ComponentState = 'ok' | 'degraded' | 'down' | 'not_configured' | 'unknown'

/** What one probe saw. */
export interface Observation {
  readonly state: ComponentState
  readonly latencyMs?: number
  readonly detail?: string
}

export interface ComponentReport {
  readonly status: ComponentState
  /** The first look that found it so without another between; null before the first. */
  readonly since: string | null
  readonly checkedAt: string | null
  readonly latencyMs?: number
  readonly detail?: string
}

/** A part whose state is measured. A critical one that is down makes the whole process not ready. */
export interface Component {
  readonly isCritical: boolean
  probe(signal: AbortSignal): Promise<Observation>
}

export interface Health {
  /** The last snapshot; reading it probes nothing. */
  snapshot(): {
    readonly status: 'ok' | 'degraded' | 'down'
    readonly checkedAt: string | null
    readonly components: Record<string, ComponentReport>
  }
  /** Told when the state of the whole or of a part has become another; answers how to stop. */
  onChange(listener: () => void): () => void
  isReady(): boolean
  /** Aborts when a critical part goes down, so that requests need not wait for what will not come; a new one once it is back. */
  outage(): AbortSignal
  /** From now on not ready, whatever the parts say: the process is on its way out. */
  startDraining(): void
  isDraining(): boolean
  /** One round of probes. */
  refresh(): Promise<void>
  start(): void
  close(): void
}

const INTERVAL_MS = 1000
const PROBE_TIMEOUT_MS = 1000
/** A process that was busy itself finds the answer waiting: only a second silence counts. */
const SECOND_LOOK_MS = 500

/** Probes every component in the background, so that /health and /readyz answer from a snapshot at most 2 s old. */
export function createHealth(needs: {
  readonly clock: Clock
  readonly components: Readonly<Record<string, Component>>
}): Health {
  const reports: Record<string, ComponentReport> = Object.fromEntries(
    Object.keys(needs.components).map((name) => [name, { status: 'unknown', since: null, checkedAt: null } as const]),
  )
  let isDraining = false
  let checkedAt: string | null = null
  let timer: NodeJS.Timeout | undefined
  let outage = new AbortController()
  const listeners = new Set<() => void>()
  let told = statesOf(reports)

  async function refresh(): Promise<void> {
    await Promise.all(
      Object.entries(needs.components).map(async ([name, component]) => {
        const seen = await observe(component, needs.clock)
        const before = reports[name]
        const since = before?.status === seen.status && before.since ? before.since : seen.checkedAt
        reports[name] = { ...seen, since }
      }),
    )
    checkedAt = needs.clock.now().toISOString()
    if (isCriticalDown()) outage.abort()
    else if (outage.signal.aborted) outage = new AbortController()
    if (statesOf(reports) === told) return
    told = statesOf(reports)
    for (const listener of listeners) listener()
  }
  const isCriticalDown = (): boolean =>
    Object.entries(needs.components).some(
      ([name, component]) => component.isCritical && !isWorking(reports[name]?.status),
    )

  return {
    snapshot: () => ({
      status: isCriticalDown() ? 'down' : isAllWell(reports) ? 'ok' : 'degraded',
      checkedAt,
      components: { ...reports },
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    isReady: () => !isDraining && !isCriticalDown(),
    outage: () => outage.signal,
    startDraining: () => {
      isDraining = true
    },
    isDraining: () => isDraining,
    refresh,
    start: () => {
      timer = setInterval(() => void refresh(), INTERVAL_MS)
      timer.unref()
    },
    close: () => clearInterval(timer),
  }
}

async function observe(component: Component, clock: Clock): Promise<Omit<ComponentReport, 'since'>> {
  const startedMs = clock.monotonicMs()
  const checkedAt = clock.now().toISOString()
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
  try {
    const probe = component.probe(signal)
    const seen = await Promise.race([probe, rejectOn(signal)]).catch((error: unknown) =>
      signal.aborted ? Promise.race([probe, rejectOn(AbortSignal.timeout(SECOND_LOOK_MS))]) : Promise.reject(error),
    )
    const latencyMs = seen.latencyMs ?? Math.round((clock.monotonicMs() - startedMs) * 10) / 10
    return { status: seen.state, checkedAt, latencyMs, ...(seen.detail ? { detail: seen.detail } : {}) }
  } catch (error) {
    return { status: 'down', checkedAt, detail: error instanceof Error ? error.message : 'The probe failed.' }
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new Error(`No answer within ${PROBE_TIMEOUT_MS + SECOND_LOOK_MS} ms.`)),
      {
        once: true,
      },
    )
  })
}

function statesOf(reports: Readonly<Record<string, ComponentReport>>): string {
  return Object.entries(reports)
    .map(([name, { status }]) => `${name} ${status}`)
    .join()
}

function isWorking(state: ComponentState | undefined): boolean {
  return state === 'ok' || state === 'degraded'
}

function isAllWell(reports: Readonly<Record<string, ComponentReport>>): boolean {
  return Object.values(reports).every(
    (report) => report.status === 'ok' || report.status === 'not_configured' || report.status === 'unknown',
  )
}
