export interface ReconnectNeeds {
  /** Asks again for what got no answer; ends when all of it was answered or failed once more. */
  readonly askAgain: () => Promise<void>
  readonly wait: (ms: number) => Promise<void>
}

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 15_000

/** While Sophia cannot be reached, asks again in growing pauses until something is answered: the page mends by itself. */
export function createReconnector({ askAgain, wait }: ReconnectNeeds) {
  let isLost = false
  let isTrying = false
  const tryUntilFound = async (): Promise<void> => {
    if (isTrying) return
    isTrying = true
    for (let tries = 0; isLost; tries += 1) {
      await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries))
      if (isLost) await askAgain()
    }
    isTrying = false
  }
  return {
    lost: (): void => {
      isLost = true
      void tryUntilFound()
    },
    found: (): void => {
      isLost = false
    },
  }
}
