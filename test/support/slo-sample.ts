import type { Slo } from '../../web/src/state/watch-words.ts'

/** An objective that is met, with nothing to draw. */
export const MET_SLO: Slo = {
  id: 'errors',
  title: 'Error rate',
  promise: 'requests are answered',
  target: 0.999,
  windowDays: 30,
  aim: null,
  status: 'met',
  share: 1,
  good: 100,
  bad: 0,
  budgetRemaining: 1,
  burn: [],
  replicas: [],
  history: [],
}
