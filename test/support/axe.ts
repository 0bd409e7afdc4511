import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** A colour on its way to another is neither: waits until for some frames nothing moves that ever ends. */
const STILL = `new Promise((resolve) => {
  let still = 0
  const look = () => {
    const isMoving = document.getAnimations().some((one) => one.effect.getComputedTiming().iterations < Infinity)
    still = isMoving ? 0 : still + 1
    if (still > 3) resolve()
    else requestAnimationFrame(look)
  }
  look()
})`

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

interface Look {
  /** `colours`: only what a theme can change. */
  readonly part?: 'everything' | 'colours'
  /** A selector: what lies over a page that has been looked at by itself. */
  readonly within?: string
}

/** Faults of the page as it is against WCAG 2.2 A and AA, one line per element; empty is what is wanted. */
export async function findBarriers(page: Page, { part = 'everything', within = 'html' }: Look = {}): Promise<string[]> {
  const isThere = await page.evaluate(`typeof axe !== 'undefined'`)
  if (isThere !== true) await page.evaluate(SOURCE)
  await page.evaluate(STILL)
  const runOnly = part === 'colours' ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: TAGS }
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
  // axe answers with its own documented result.
  const violations = (await page.evaluate(
    `axe.run(${JSON.stringify(within)}, ${options}).then((result) => result.violations)`,
  )) as Violation[]
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${(node.failureSummary ?? '').replaceAll(/\s+/g, ' ')}`),
  )
}
