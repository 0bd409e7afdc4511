import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'
import type { TestHouse } from './house.ts'
import { tokenOf } from './access-fixture.ts'
import type { Visitor } from './visitors.ts'

/** How long anything on screen may take on a busy machine; a wait ends as soon as its condition holds. */
const PATIENCE_MS = 20_000

export const OWNER = { name: 'Olga Owner', email: 'olga@example.com' } as const

/** What a page did that a good one never does. */
export interface Misdeeds {
  /** Errors and warnings about them in the console, and exceptions nobody caught. */
  readonly errors: string[]
  /** Addresses outside the house that the page asked for. */
  readonly foreign: string[]
  readonly dialogs: string[]
  /** Reports of the content security policy. */
  readonly violations: string[]
}

export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  readonly misdeeds: Misdeeds
  /** Opens a path of the house. */
  go(path: string): Promise<void>
}

/** Chromium, started once per test file and stopped with it. */
export async function openBrowser() {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('The browser tests need Chromium; npm test says how to get it.')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  after(() => browser.close())
  return {
    /** A person at a browser of their own: nothing is shared with other visits. */
    visit: async (house: Pick<TestHouse, 'url'>, options: BrowserContextOptions = {}): Promise<Visit> => {
      const context = await browser.newContext({
        baseURL: house.url,
        viewport: { width: 1440, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
        locale: 'en-GB',
        reducedMotion: 'reduce',
        ...options,
      })
      context.setDefaultTimeout(PATIENCE_MS)
      const misdeeds = await watch(context, new URL(house.url).host)
      const page = await context.newPage()
      return { context, page, misdeeds, go: async (path) => void (await page.goto(path)) }
    },
  }
}

async function watch(context: BrowserContext, host: string): Promise<Misdeeds> {
  const misdeeds: Misdeeds = { errors: [], foreign: [], dialogs: [], violations: [] }
  context.on('console', (entry) => {
    if (entry.type() === 'error') misdeeds.errors.push(`${entry.text()} (${entry.location().url})`)
  })
  context.on('weberror', (fault) => misdeeds.errors.push(String(fault.error())))
  context.on('dialog', (dialog) => {
    misdeeds.dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  context.on('request', (request) => {
    const url = new URL(request.url())
    const isOwn = url.host === host || url.protocol === 'data:' || url.protocol === 'blob:'
    if (!isOwn) misdeeds.foreign.push(request.url())
  })
  await context.exposeBinding('reportViolation', (_source, report: unknown) => misdeeds.violations.push(String(report)))
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => reportViolation(event.violatedDirective + ' ' + event.blockedURI))`,
  )
  return misdeeds
}

/** Brings the owner in without the form, as a first visit that is not what the test is about. */
export async function enterAsOwner(house: TestHouse, { context }: Visit): Promise<void> {
  const { link } = await house.rooms.access.createStartLink()
  const response = await context.request.post('/api/session', { data: { token: tokenOf(link), ...OWNER } })
  if (!response.ok()) throw new Error(`signing in failed: ${await response.text()}`)
}

/** Brings in somebody who has a session already. */
export async function enterAs({ sessionToken }: Pick<Visitor, 'sessionToken'>, { url }: TestHouse, { context }: Visit) {
  await context.addCookies([{ name: 'sophia', value: sessionToken, url }])
}

/** Asks the colleague of the page and returns the whole answer. */
export async function askOnPage(page: Page, firstName: string, text: string): Promise<Locator> {
  const answers = page.getByRole('article', { name: 'Answer', exact: true })
  const field = page.getByRole('textbox', { name: `Ask ${firstName}` })
  await field.waitFor()
  const before = await answers.count()
  await field.fill(text)
  await page.keyboard.press('Enter')
  await answers.nth(before).waitFor()
  return answers.nth(before)
}

/** Loads the sample company. */
export async function loadSample({ context }: Visit): Promise<void> {
  const response = await context.request.post('/api/sample', { timeout: 60_000 })
  if (!response.ok()) throw new Error(`the sample was not loaded: ${await response.text()}`)
}

/** Waits until the page has its title and nothing on it is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const isLoading = () => page.evaluate(`document.querySelector('.skeleton, [aria-busy=true]') !== null`)
  await until(isLoading, (busy) => busy === false)
  await page.evaluate('document.fonts.ready.then(() => undefined)')
}

/** Waits until what is read holds; the last value is in the failure. */
export async function until<Value>(
  read: () => Promise<Value>,
  holds: (value: Value) => boolean,
  limitMs = PATIENCE_MS,
): Promise<Value> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await read()
    if (holds(value)) return value
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms; it still is ${JSON.stringify(value)}`)
    await delay(50)
  }
}

/** The words a person sees there, with white space made single. */
export async function wordsOf(place: Locator): Promise<string> {
  return (await place.innerText()).replaceAll(/\s+/g, ' ').trim()
}
