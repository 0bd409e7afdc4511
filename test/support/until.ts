import { setTimeout as delay } from 'node:timers/promises'

/** Looks until it is so; fails after some seconds with what was wanted. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`It never came to be that ${what}.`)
    await delay(10)
  }
}
