/** Who waits for a value that another process makes. */
export function createWakeBoard() {
  const waiting = new Map<string, Set<() => void>>()
  return {
    /** Resolves when woken, or after `ms` at the latest. */
    wait: (id: string, ms: number): Promise<void> =>
      new Promise((resolve) => {
        const ours = waiting.get(id) ?? new Set()
        const end = (): void => {
          clearTimeout(timer)
          ours.delete(end)
          if (ours.size === 0 && waiting.get(id) === ours) waiting.delete(id)
          resolve()
        }
        const timer = setTimeout(end, ms)
        ours.add(end)
        waiting.set(id, ours)
      }),
    wake(id: string): void {
      for (const end of waiting.get(id) ?? []) end()
    },
    close(): void {
      for (const ours of waiting.values()) for (const end of ours) end()
    },
  }
}
