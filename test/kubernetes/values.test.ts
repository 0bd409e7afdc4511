import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { z } from 'zod'
import { SETTINGS } from '#platform/config/settings.ts'
import { CHART, EXAMPLES } from './examples.ts'
import { MATRIX, REFUSED } from './matrix.ts'

const Values = z.record(z.string(), z.unknown())
type Values = z.infer<typeof Values>

const read = (file: string): Values => Values.parse(parse(readFileSync(file, 'utf8')))
const isWellFormed = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  Values.parse(JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8'))),
)
const shipped = read(`${CHART}/values.yaml`)
const plain = read(EXAMPLES.find(({ name }) => name === 'plain')?.valuesFile ?? '')

/** As Helm lays values over each other: null takes a value away. */
function layOver(below: Values, above: Values): Values {
  const laid: Values = { ...below }
  for (const [name, value] of Object.entries(above)) {
    const [under, over] = [Values.safeParse(laid[name]), Values.safeParse(value)]
    if (value === null) delete laid[name]
    else laid[name] = under.success && over.success ? layOver(under.data, over.data) : value
  }
  return laid
}

/** What the schema says of values laid over those of the chart. */
function faultsOf(...layers: Values[]): string {
  if (isWellFormed(layers.reduce(layOver, shipped))) return ''
  return (isWellFormed.errors ?? [])
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('\n')
}

test('the values of each example, and of the matrix, are as the schema says', () => {
  for (const { name, valuesFile } of EXAMPLES) assert.equal(faultsOf(read(valuesFile)), '', name)
  for (const [title, values] of Object.entries(MATRIX)) assert.equal(faultsOf(plain, Values.parse(values)), '', title)
})

test('what nobody could mean is refused: unknown names, secrets in the open, one replica, latest', () => {
  const ofSchema = REFUSED.filter(({ by }) => by === 'schema')
  assert.ok(ofSchema.length > 8)
  for (const { values, says } of ofSchema) assert.match(faultsOf(plain, Values.parse(values)), says)
})

test('every setting has its one place: among settings, among secrets, or with the chart', () => {
  const { properties } = z
    .looseObject({ properties: z.record(z.string(), z.looseObject({ properties: Values.default({}) })) })
    .parse(isWellFormed.schema)
  const [open, secret] = ['settings', 'secrets'].map((name) => Object.keys(properties[name]?.properties ?? {}))
  const ofTheChart = new Set(Object.keys(SETTINGS))
  for (const name of [...(open ?? []), ...(secret ?? [])]) assert.ok(ofTheChart.delete(name), name)
  const pod = readFileSync(`${CHART}/templates/_pod.tpl`, 'utf8')
  for (const name of ofTheChart) assert.match(pod, new RegExp(`name: ${name},`), name)
  for (const name of secret ?? []) assert.ok(SETTINGS[name as keyof typeof SETTINGS].isSecret, name)
})
