import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFaultServer } from '../../../test/support/mcp/fault-server.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

test('a long description is cut between characters: providers refuse a request that holds half of one', async () => {
  const crm = await openFaultServer({ era: 'modern' })
  const start = 'From the connection "CRM": '
  crm.describeNote(`${'d'.repeat(999 - start.length)}😀 and more.`)
  const house = await openToolsHouse({ servers: { crm: { url: crm.url, name: 'CRM' } } })
  await statusWhen(house, 'crm', { isSo: isHealthy, what: 'healthy' })
  const skill = house.tools.skillsFor(['*']).find(({ name }) => name === 'crm__write_note')
  assert.equal(skill?.description, `${start}${'d'.repeat(999 - start.length)}`)
})
