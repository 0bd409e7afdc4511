/** Retries may add at most a tenth to the calls: a provider in trouble is not buried under the same calls again. */
export interface RetryBudget {
  onCall(): void
  /** True, and one retry spent, when the budget still has one. */
  trySpend(): boolean
}

/** Every call earns `share` of a retry; at most `most` are saved up. */
export function createRetryBudget(share = 0.1, most = 10): RetryBudget {
  let saved = 0
  return {
    onCall: () => {
      saved = Math.min(most, saved + share)
    },
    trySpend: () => {
      // Ten times a tenth is a little less than one in binary.
      if (saved < 1 - 1e-9) return false
      saved -= 1
      return true
    },
  }
}
