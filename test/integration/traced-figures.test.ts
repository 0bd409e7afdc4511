import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { Home } from '#contract/home.ts'
import { ClientPage, DealPage } from '#contract/records.ts'
import { SkillRun } from '#contract/personas.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse, visit } from '../support/visitors.ts'

const Read = z.looseObject({ id: z.string() })

/** Every row that is named opens. */
async function assertOpens(evidence: readonly { kind: string; id: string }[]): Promise<void> {
  for (const { kind, id } of evidence.filter((one) => one.kind === 'deal' || one.kind === 'client')) {
    const answer = await visit(visitor, { path: `/api/${kind}s/${encodeURIComponent(id)}` })
    assert.equal(Read.parse(JSON.parse(answer.text)).id, id)
  }
}

const house = await openTestHouse()
await house.rooms.imports.loadSample(await house.rooms.access.localPrincipal())
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })

test('what home and skills say names its rows, and they open', async () => {
  const home = Home.parse(JSON.parse((await visit(visitor, { path: '/api/home' })).text))
  assert.equal(home.items.length, 3)
  for (const item of home.items) {
    assert.ok(item.evidence.length > 0, item.title)
    await assertOpens(item.evidence)
  }
  for (const figure of home.figures) {
    assert.match(figure.note, /\d+ (\w+ )?(deals?|clients?|won deals?)/, `${figure.label} says of how many rows it is`)
    assert.match(figure.open, /^\/(deals|clients)\?/)
  }
  const [deal] = DealPage.parse(
    JSON.parse((await visit(visitor, { path: '/api/deals?status=open&limit=1' })).text),
  ).items
  const [client] = ClientPage.parse(JSON.parse((await visit(visitor, { path: '/api/clients?limit=1' })).text)).items
  for (const [persona, skill, input] of [
    ['marcus', 'review-pipeline', {}],
    ['marcus', 'review-pipeline', { group: 'product' }],
    ['marcus', 'coach-deal', { deal: deal?.id }],
    ['sarah', 'assess-health', { client: client?.id }],
  ] as const) {
    const answer = await visit(visitor, {
      method: 'POST',
      path: `/api/personas/${persona}/skills/${skill}`,
      body: input,
    })
    const run = SkillRun.parse(JSON.parse(answer.text))
    assert.ok(run.kind === 'result', `${skill}: ${answer.text}`)
    assert.ok(run.result.evidence.length > 0, `${skill} names its rows`)
    assert.ok(run.result.coverage.present.length > 0 && run.result.confidence.reason !== '', skill)
    await assertOpens(run.result.evidence)
  }
  assert.equal((await visit(visitor, { path: `/api/deals/${createId()}` })).status, 404)
})
