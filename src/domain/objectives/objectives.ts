import type { CacheClass } from '../cache-policy/cache-class.ts'
import { promisedShareOf } from '../cache-policy/policy.ts'

/** What Sophia promises of her service, once: figures, budgets, alerts, dashboards and documents are all made from this. */
export interface Objective {
  readonly title: string
  /** What is counted, and what makes one of them good; follows "of" in a sentence. */
  readonly promise: string
  /** Share of good ones, over `WINDOW_DAYS`. */
  readonly target: number
  /** With fewer in a span nothing is said about it: a rate of three is no rate. */
  readonly leastEvents: number
  /** What is aimed at beyond the promise: this share within so many milliseconds. Nobody is woken for it; benchmarks hold to it. */
  readonly aim?: Aim
}

export interface Aim {
  readonly share: number
  readonly ms: number
}

/** The span over which a budget counts. */
export const WINDOW_DAYS = 30
export const WINDOW_SECONDS = WINDOW_DAYS * 86_400

/** Requests to the API are answered within this. */
export const LATENCY_GOAL_MS = 100
/** The first words of an answer come within this, from acceptance. */
export const FIRST_TOKEN_GOAL_MS = 2500
/** Share of its memory that a process may use. */
export const MEMORY_GOAL = 0.8
/** Age of the newest backup that was proven by restoring it: a day, and time to make and prove the next. */
export const BACKUP_GOAL_MS = 26 * 3_600_000
/** How often the second process looks, how long it waits for an answer, and how many misses in a row are an outage. */
export const PROBE_EVERY_MS = 5000
export const PROBE_LIMIT_MS = 2000
export const MISSES_TO_TELL = 2

/** The objective of each class of the cache that promises a share of hits in its own definition. */
export const CACHE_OBJECTIVES = {
  'api-response': 'cache-api-response',
  'skill-result': 'cache-skill-result',
} as const satisfies Partial<Record<CacheClass, string>>

/** Classes whose promise is an objective. */
export const PROMISING_CLASSES = Object.keys(CACHE_OBJECTIVES) as readonly (keyof typeof CACHE_OBJECTIVES)[]

export const OBJECTIVES = {
  availability: {
    title: 'Availability',
    promise: 'probes from a second process, every 5 s, find the server ready within 2 s',
    target: 0.999,
    leastEvents: 2,
  },
  errors: {
    title: 'Error rate',
    promise: 'requests are answered without a fault of the server (5xx)',
    target: 0.999,
    leastEvents: 20,
  },
  latency: {
    title: 'Latency of the API',
    promise: `requests whose length is ours to decide are answered within ${LATENCY_GOAL_MS} ms`,
    target: 0.95,
    leastEvents: 20,
    aim: { share: 0.95, ms: 40 },
  },
  'first-token': {
    title: 'First words',
    promise: `answers begin within ${FIRST_TOKEN_GOAL_MS / 1000} s of the question`,
    target: 0.95,
    leastEvents: 20,
  },
  'cache-api-response': {
    title: 'Kept pages',
    promise: 'reads of pages and lists that may be kept are answered from what was kept',
    target: promisedShareOf('api-response'),
    leastEvents: 1000,
  },
  'cache-skill-result': {
    title: 'Kept results',
    promise: 'results of skills that are asked for are answered from what was kept',
    target: promisedShareOf('skill-result'),
    leastEvents: 1000,
  },
  memory: {
    title: 'Memory',
    promise: `looks, every 5 s, find the process using at most ${MEMORY_GOAL * 100} % of its memory`,
    target: 0.99,
    leastEvents: 2,
  },
  backup: {
    title: 'Verified backup',
    promise: `looks, every 5 s, find a verified backup younger than ${BACKUP_GOAL_MS / 3_600_000} hours`,
    target: 0.99,
    leastEvents: 2,
  },
  mcp: {
    title: 'Connections',
    promise: 'probes of MCP servers are answered',
    target: 0.99,
    leastEvents: 20,
  },
} as const satisfies Record<string, Objective>

export type ObjectiveId = keyof typeof OBJECTIVES

// Object.keys widens to string; these are exactly the keys of the table.
export const OBJECTIVE_IDS = Object.keys(OBJECTIVES) as readonly ObjectiveId[]

export function objectiveOf(id: ObjectiveId): Objective {
  return OBJECTIVES[id]
}
