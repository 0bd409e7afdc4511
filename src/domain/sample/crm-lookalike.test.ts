import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createCrmLookalike } from './crm-lookalike.ts'

function parse(csv: string): Record<string, string>[] {
  const [header = '', ...lines] = csv.trimEnd().split('\n')
  const columns = header.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    assert.equal(cells.length, columns.length, line)
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
  })
}

function dayOf(usDate: string): string {
  assert.match(usDate, /^[1-9]\d?\/[1-9]\d?\/\d{4}$/)
  const [month = '', day = '', year = ''] = usDate.split('/')
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

const files = createCrmLookalike({ seed: 7, deals: 8_800 })
const pipeline = parse(files.salesPipeline)
const open = pipeline.filter(({ deal_stage }) => deal_stage === 'Prospecting' || deal_stage === 'Engaging')

test('A seed gives the same files again and another seed others', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 300 }), (seed, deals) => {
      const made = createCrmLookalike({ seed, deals })
      assert.deepEqual(createCrmLookalike({ seed, deals }), made)
      assert.equal(parse(made.salesPipeline).length, deals)
    }),
    { numRuns: 25 },
  )
  assert.notEqual(createCrmLookalike({ seed: 8, deals: 8_800 }).salesPipeline, files.salesPipeline)
})

test('The headers are those of the public export', () => {
  assert.deepEqual(
    Object.values(files).map((csv: string) => csv.split('\n')[0]),
    [
      'account,sector,year_established,revenue,employees,office_location,subsidiary_of',
      'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value',
      'sales_agent,manager,regional_office',
      'product,series,sales_price',
    ],
  )
})

test('At its size the counts are those of the public export', () => {
  assert.equal(pipeline.length, 8_800)
  assert.equal(open.length, 2_089)
  assert.equal(pipeline.filter(({ account }) => account === '').length, 1_425)
  assert.equal(pipeline.filter(({ engage_date }) => engage_date === '').length, 500)
  assert.equal(pipeline.filter(({ deal_stage }) => deal_stage === 'Lost').length, 2_473)
  assert.equal(new Set(pipeline.map(({ opportunity_id }) => opportunity_id)).size, 8_800)
})

test('No open deal has a value or a close day, every decided one has, and the lost are worth nothing', () => {
  for (const deal of pipeline) {
    const isOpen = deal.deal_stage === 'Prospecting' || deal.deal_stage === 'Engaging'
    assert.equal(deal.close_value === '', isOpen)
    assert.equal(deal.close_date === '', isOpen)
    if (!isOpen) assert.equal(Number(deal.close_value) > 0, deal.deal_stage === 'Won')
    if (!isOpen) assert.notEqual(deal.account, '')
  }
})

test('History runs from 10/20/2016 to 12/31/2017 and no deal closes before it began', () => {
  const closed = pipeline.filter(({ close_date }) => close_date !== '')
  const closeDays = closed.map(({ close_date }) => dayOf(close_date ?? '')).sort()
  assert.equal(closeDays.at(-1), '2017-12-31')
  assert.ok((closeDays[0] ?? '') >= '2017-03-01')
  for (const { engage_date } of pipeline) {
    if (engage_date === '' || engage_date === undefined) continue
    assert.ok(dayOf(engage_date) >= '2016-10-20' && dayOf(engage_date) <= '2017-12-31')
  }
  for (const { engage_date, close_date } of closed) assert.ok(dayOf(engage_date ?? '') < dayOf(close_date ?? ''))
})

test('A small export ends on the last day too', () => {
  for (const seed of [1, 2, 3]) {
    const closed = parse(createCrmLookalike({ seed, deals: 40 }).salesPipeline).filter(
      ({ close_date }) => close_date !== '',
    )
    assert.ok(closed.some(({ close_date }) => close_date === '12/31/2017'))
  }
})

test('Names lead to the other files but for one product spelt in another way and the empty accounts', () => {
  const products = new Set(parse(files.products).map(({ product }) => product))
  const agents = new Set(parse(files.salesTeams).map(({ sales_agent }) => sales_agent))
  const accounts = parse(files.accounts)
  const names = new Set(accounts.map(({ account }) => account))
  const unknown = new Set(pipeline.map(({ product }) => product).filter((product) => !products.has(product)))
  assert.deepEqual(unknown, new Set(['ZRKPro']))
  assert.ok(products.has('ZRK Pro'))
  for (const { sales_agent, account } of pipeline) {
    assert.ok(agents.has(sales_agent))
    assert.ok(account === '' || names.has(account))
  }
  assert.equal(agents.size - new Set(pipeline.map(({ sales_agent }) => sales_agent)).size, 5)
  const parents = accounts.map(({ subsidiary_of }) => subsidiary_of).filter((parent) => parent !== '')
  assert.ok(parents.length > 4 && parents.every((parent) => names.has(parent)))
  assert.ok(
    accounts.some(({ sector }) => sector === 'technolgy') &&
      accounts.some(({ office_location }) => office_location === 'Philipines'),
  )
})
