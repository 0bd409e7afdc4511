import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RECORD_KINDS } from '../../contract/records.ts'
import { createImportPlan, type ImportPlan } from './import-plan.ts'
import { IMPORT_KINDS, type ImportKind } from './import-kind.ts'
import { KIND_DEFINITIONS } from './kind-definitions.ts'
import { countMatches, parseMap } from './match-headers.ts'
import { squash } from './names.ts'

function planOf(kind: ImportKind, header: string, options: { map?: string; sample?: string[][] } = {}): ImportPlan {
  const result = createImportPlan({
    kind,
    header: header.split(','),
    map: parseMap(options.map).map,
    sample: options.sample ?? [],
  })
  assert.ok('plan' in result, JSON.stringify(result))
  return result.plan
}

function faultsOf(kind: ImportKind, header: string, map?: string): string {
  const result = createImportPlan({ kind, header: header.split(','), map: parseMap(map).map, sample: [] })
  return 'faults' in result ? result.faults.map(({ message }) => message).join('\n') : ''
}

test('the kinds are those of the contract', () => {
  assert.deepEqual([...IMPORT_KINDS], [...RECORD_KINDS])
})

test('no two fields of a kind claim the same name or label', () => {
  for (const { kind, fields } of Object.values(KIND_DEFINITIONS)) {
    const names = fields.flatMap((field) => [...new Set([squash(field.name), squash(field.label)])])
    assert.equal(new Set(names).size, names.length, kind)
  }
})

test('a quota is that of a quarter: an annual one is left out and named, and taken only when mapped by hand', () => {
  const annual = planOf('reps', 'Name,Annual Quota')
  assert.deepEqual([annual.mapping, annual.ignoredColumns], [{ Name: 'name' }, ['Annual Quota']])
  assert.equal(planOf('reps', 'Name,Annual Quota', { map: 'Annual Quota=quota' }).mapping['Annual Quota'], 'quota')
  for (const header of ['Quota', 'Quarterly quota', 'Quota per quarter'])
    assert.equal(planOf('reps', `Name,${header}`).mapping[header], 'quota', header)
})

test('the headers of the public CRM export are understood', () => {
  assert.deepEqual(
    planOf('deals', 'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value').mapping,
    {
      opportunity_id: 'id',
      sales_agent: 'rep',
      product: 'product',
      account: 'client',
      deal_stage: 'stage',
      engage_date: 'createdOn',
      close_date: 'closeOn',
      close_value: 'value',
    },
  )
  const clients = planOf('clients', 'account,sector,year_established,revenue,employees,office_location,subsidiary_of')
  assert.deepEqual(clients.mapping, {
    account: 'name',
    sector: 'industry',
    revenue: 'revenue',
    employees: 'employees',
    office_location: 'region',
    subsidiary_of: 'parent',
  })
  assert.deepEqual(clients.ignoredColumns, ['year_established'])
  assert.deepEqual(planOf('reps', 'sales_agent,manager,regional_office').mapping, {
    sales_agent: 'name',
    manager: 'manager',
    regional_office: 'region',
  })
  assert.deepEqual(planOf('products', 'product,series,sales_price').mapping, {
    product: 'name',
    series: 'series',
    sales_price: 'listPrice',
  })
})

test('headers of two other CRMs are understood', () => {
  assert.deepEqual(
    planOf(
      'deals',
      'Opportunity ID,Opportunity Name,Account Name,Opportunity Owner,Stage,Amount,Close Date,Created Date,Next Step',
    ).mapping,
    {
      'Opportunity ID': 'id',
      'Opportunity Name': 'name',
      'Account Name': 'client',
      'Opportunity Owner': 'rep',
      Stage: 'stage',
      Amount: 'value',
      'Close Date': 'closeOn',
      'Created Date': 'createdOn',
      'Next Step': 'nextStep',
    },
  )
  assert.deepEqual(planOf('deals', 'Record ID,Deal Name,Deal Stage,Deal owner,Amount,Create Date').mapping, {
    'Record ID': 'id',
    'Deal Name': 'name',
    'Deal Stage': 'stage',
    'Deal owner': 'rep',
    Amount: 'value',
    'Create Date': 'createdOn',
  })
})

test('each file of the export fits its own kind best', () => {
  const best = (header: string): ImportKind | undefined =>
    IMPORT_KINDS.map((kind) => ({ kind, ...countMatches(KIND_DEFINITIONS[kind], header.split(',')) }))
      .filter(({ isComplete }) => isComplete)
      .toSorted((a, b) => b.matched - a.matched)[0]?.kind
  assert.equal(
    best('opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value'),
    'deals',
  )
  assert.equal(best('account,sector,year_established,revenue,employees,office_location,subsidiary_of'), 'clients')
  assert.equal(best('sales_agent,manager,regional_office'), 'reps')
  assert.equal(best('product,series,sales_price'), 'products')
})

test('a mapping wins over what headers look like, may leave columns out and may quote', () => {
  const plan = planOf('deals', 'key,amount,"x, y",stage,account', { map: 'key=id,amount=-' })
  assert.deepEqual(plan.mapping, { key: 'id', stage: 'stage', account: 'client' })
  assert.deepEqual(
    [...parseMap('"Amount, USD"=value,a=name').map.columns],
    [
      ['Amount, USD', 'value'],
      ['a', 'name'],
    ],
  )
})

test('a mapping that names what is not there is refused with what there is', () => {
  assert.match(faultsOf('deals', 'id,stage', 'nope=value'), /no column "nope".*id, stage/)
  assert.match(faultsOf('deals', 'id,stage', 'id=nonsense'), /no field "nonsense"/)
  assert.match(faultsOf('deals', 'id,stage,a,b', 'a=value,b=value'), /Two columns/)
  assert.match(faultsOf('clients', 'name', '@list-price=value'), /deals only/)
  assert.match(parseMap('garbage').faults[0]?.message ?? '', /column=field/)
  assert.match(parseMap('@nonsense=1').faults[0]?.message ?? '', /@list-price/)
})

test('a file without a required column is refused, naming it', () => {
  assert.match(faultsOf('deals', 'opportunity_id,account'), /"Stage"/)
  assert.match(faultsOf('tickets', 'client,opened_on'), /"Id"/)
})

test('a column that proves its order decides for one of the same file that cannot', () => {
  const plan = planOf('deals', 'id,stage,created,closed date', { sample: [['1', 'Won', '25/12/2017', '3/4/2018']] })
  assert.deepEqual(
    plan.columns.filter(({ field }) => field.type === 'day').map(({ dayOrder }) => dayOrder),
    ['day-first', 'day-first'],
  )
  assert.match(plan.notes.join('\n'), /"closed date": days read as day\/month\/year, as column "created" proves/)
})

test('when nothing proves the order it is assumed aloud, and the mapping can set it', () => {
  const sample = [['1', 'Won', '3/4/2018']]
  assert.match(
    planOf('deals', 'id,stage,created', { sample }).notes.join('\n'),
    /reads in both orders; read as month\/day\/year/,
  )
  const told = planOf('deals', 'id,stage,created', { sample, map: '@dates=day-first' })
  assert.deepEqual(told.notes, [])
  assert.equal(told.columns[2]?.dayOrder, 'day-first')
})

test('a column that looks like a field another one fills is left out and named', () => {
  const plan = planOf('deals', 'opportunity_id,deal id,stage')
  assert.deepEqual(plan.ignoredColumns, ['deal id'])
  assert.match(plan.notes.join('\n'), /"deal id" also looks like id/)
})
