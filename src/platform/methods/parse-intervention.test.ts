import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { INTERVENTION_TRIGGERS } from '#domain/client/intervention.ts'
import { PACKAGE_ROOT } from '../version.ts'
import { createInterventionShelf } from './intervention-shelf.ts'
import { parseInterventionMethod } from './parse-intervention.ts'

const head = '---\nid: talk\ntitle: Talk\ntriggers: [silence]\n---\n'

test('the methods that come with Sophia are valid and speak to every trigger', async () => {
  const { methods, faults } = await createInterventionShelf(join(PACKAGE_ROOT, 'personas/methods')).read()
  assert.deepEqual(faults, [])
  assert.deepEqual(methods.flatMap((method) => method.triggers).toSorted(), [...INTERVENTION_TRIGGERS].toSorted())
})

test('approach and steps are read; a step may run over lines', () => {
  const parsed = parseInterventionMethod(`${head}Bring\nsomething.\n\n1. Write\n   to them.\n2. Call.\n`)
  assert.ok(parsed.kind === 'method')
  assert.deepEqual([parsed.method.approach, parsed.method.steps], ['Bring something.', ['Write to them.', 'Call.']])
})

test('a fault is named with its line', () => {
  const faultOf = (text: string) => {
    const parsed = parseInterventionMethod(text)
    assert.ok(parsed.kind === 'fault')
    return [parsed.fault.line, parsed.fault.reason] as const
  }
  assert.equal(faultOf(head.replace('silence', 'boredom'))[0], 4)
  assert.match(faultOf(`${head}Words only.\n`)[1], /no steps/)
  assert.deepEqual(faultOf(`${head}Words.\n1. One.\n3. Three.\n`), [8, 'This step must have the number 2.'])
})
