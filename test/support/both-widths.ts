import type { Page } from 'playwright-core'
import { findBarriers } from './axe.ts'

/** The widths every screen is judged at. */
export const WIDE = { width: 1440, height: 900 }
export const NARROW = { width: 360, height: 740 }
/** Pixels by which the page itself scrolls sideways. */
export const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

/** The page as it is first met: wide and light. */
export async function showWide(page: Page): Promise<void> {
  await page.setViewportSize(WIDE)
  await page.emulateMedia({ colorScheme: 'light' })
}

/**
 * What is wrong with the page as it stands, at both widths and in both themes: barriers within the selector, and scrolling
 * sideways. Leaves the page wide and light.
 */
export async function findFaults(page: Page, name: string, within = 'html'): Promise<string[]> {
  const faults: string[] = []
  for (const size of [WIDE, NARROW]) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      // A theme changes colours and nothing else, so the rest is looked at once per width.
      const barriers = await findBarriers(page, { within, part: colorScheme === 'light' ? 'everything' : 'colours' })
      faults.push(...barriers.map((fault) => `${name}, ${size.width}, ${colorScheme}: ${fault}`))
    }
  }
  const overflow = await page.evaluate(OVERFLOW)
  if (overflow !== 0) faults.push(`${name}: ${String(overflow)} pixels scroll sideways at ${NARROW.width}`)
  await showWide(page)
  return faults
}
