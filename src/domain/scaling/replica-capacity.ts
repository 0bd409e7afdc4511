import { DEFAULT_TURN_LIMITS } from '../turn/limits.ts'

/**
 * What one replica is taken to bear, in one place: the advice on replicas, the values of the chart and the documents go by these. It was
 * measured on one machine, with answers of ten seconds; elsewhere `npm run bench -- capacity` says what a machine bears, and what to set.
 */
export const REPLICA_CAPACITY = {
  /** Turns at work that one replica is given while all objectives hold. */
  turnsAtWork: 35,
  /** Of that, from where on a cluster's own scaler asks for one more: it takes a while until a new replica answers. */
  targetShare: 0.75,
  /** Of the processor that a replica asked for, in percent: from where on a cluster's own scaler asks for one more. */
  cpuPercent: 70,
} as const

/** What to set for a replica that bears so many turns at work; never less than one, nor more than it answers at a time. */
export function scalingFor(turnsAtWork: number): {
  /** `scaling.turns_per_replica` of the business calendar. */
  readonly turnsPerReplica: number
  /** `autoscaling.turnsPerReplica` of the chart. */
  readonly scalerTarget: number
} {
  const turnsPerReplica = Math.max(1, Math.min(DEFAULT_TURN_LIMITS.turnsPerProcess, Math.floor(turnsAtWork)))
  const scalerTarget = Math.max(1, Math.floor(turnsPerReplica * REPLICA_CAPACITY.targetShare))
  return { turnsPerReplica, scalerTarget }
}
