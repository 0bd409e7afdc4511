/** Every disaster that can be rehearsed, in the order in which `all` takes them. */
export const DRILL_NAMES = [
  'kill-replica',
  'database-restart',
  'database-failover',
  'database-failover-late',
  'redis-loss',
  'redis-freeze',
  'redis-failover',
  'restore',
  'disk-full',
  'provider-down',
  'certificate-expiry',
  'zone-loss',
] as const
export type DrillName = (typeof DRILL_NAMES)[number]

/** What README promises. */
export const PROMISES = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8'] as const
export type Promised = (typeof PROMISES)[number]

/** The promises of which a drill says nothing, whether it held or not. */
export function unjudgedPromises(judged: readonly Promised[]): Promised[] {
  return PROMISES.filter((promise) => !judged.includes(promise))
}

/** One disaster as it is rehearsed: what is believed, what is done, and what would show the belief wrong. */
export interface DrillScript {
  readonly title: string
  readonly hypothesis: string
  /** What runs, and how one sees that all is well before anything is done to it. */
  readonly steadyState: string
  readonly fault: string
  /** Who mends it, and when it counts as over. */
  readonly recovery: string
  /** What would count as lost. */
  readonly loss: string
  /** Those that it puts to the proof; it says nothing of the others. */
  readonly promises: readonly Promised[]
  /** What of itself the deployment should say is not well: a part (`database`) or an alert (`alert replica-silent`). Empty: nothing is left that could. */
  readonly signs: readonly string[]
  /** Whether a request may fail while it lasts. */
  readonly mayFail: boolean
}

/** What one rehearsal saw. Times count from the fault; null: it was not seen. */
export interface DrillFigures {
  /** From an empty folder to a deployment of which every process takes traffic. */
  readonly deployMs: number
  /** Until the deployment itself said that something is wrong. */
  readonly detectionMs: number | null
  /** Which part or alert said so. */
  readonly detectedBy: string | null
  /** Until the last question that the fault held up or spoiled was over, and the last request had failed; 0: members noticed nothing. */
  readonly recoveryMs: number | null
  /** Until every process and every part was as before. */
  readonly wholeMs: number | null
  readonly questions: number
  /** Answered by another process, or at another try, than the first. */
  readonly takenOver: number
  /** How long the slowest question took that was open at the fault or asked later; null without any. */
  readonly longestWaitMs: number | null
  readonly requests: number
  /** Refused or unanswered by every process that was asked. */
  readonly failedRequests: number
  /** 95 % of the requests since the fault were answered within this; null without any. */
  readonly requestP95Ms: number | null
  /** Messages that Sophia said she had. */
  readonly acknowledged: number
  /** Acknowledged, and not there afterwards. */
  readonly lost: number
  readonly duplicated: number
  /** Questions that had no end two minutes after the fault's. */
  readonly unended: number
  /**
   * Acknowledged after the backup began that everything was restored from, or after the standby was cut off that goes on, and not there
   * afterwards; null where neither is.
   */
  readonly sinceBackup: number | null
  /** Answers that were read by their streams; null where no one looked, as before there were readers. */
  readonly reading: DrillReading | null
  /** What the owner heard of what another member had said; null as above. */
  readonly privacy: DrillPrivacy | null
}

/** What those who followed answers had of them: counts. */
export interface DrillReading {
  /** Read to their ends. */
  readonly followed: number
  /** Had an end that no reader came to. */
  readonly unread: number
  /** Times a reader came back with `after`. */
  readonly resumed: number
  readonly gaps: number
  readonly repeats: number
}

/** What a second member said in private, how often the first looked for it, and how often it was found. */
export interface DrillPrivacy {
  readonly said: number
  readonly looked: number
  readonly overheard: number
}

/**
 * `held`: the hypothesis is true as far as this rehearsal shows. `broken`: it is not. `not-run`: this machine lacks what it needs.
 * `inconclusive`: it could not be carried to its end, so that nothing is known.
 */
export type DrillVerdict = 'held' | 'broken' | 'not-run' | 'inconclusive'
