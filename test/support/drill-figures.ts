import type { DrillFigures } from '#domain/drills/drill.ts'

/** What a drill that held was seen to do. */
export const GOOD_FIGURES: DrillFigures = {
  deployMs: 9000,
  detectionMs: 12_500,
  detectedBy: 'alert replica-silent',
  recoveryMs: 3100,
  wholeMs: 20_000,
  questions: 30,
  takenOver: 2,
  longestWaitMs: 3100,
  requests: 200,
  failedRequests: 0,
  requestP95Ms: 40,
  acknowledged: 29,
  lost: 0,
  duplicated: 0,
  unended: 0,
  sinceBackup: null,
  reading: { followed: 28, unread: 0, resumed: 31, gaps: 0, repeats: 0 },
  privacy: { said: 20, looked: 900, overheard: 0 },
}
