import { setTimeout as delay } from 'node:timers/promises'

/** Looks until it is so; fails after ten seconds, or longer where much has to happen, with what was wanted. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, limitMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`It never came to be that ${what}.`)
    await delay(10)
  }
}
