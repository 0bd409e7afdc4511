import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { EXAMPLES, type Example } from '../examples.ts'
import { podOf, readManifests } from '../objects.ts'
import { RESTRICTED, untilSeen, type Client } from './client.ts'

const LIMIT_MS = 60_000

const Events = z.looseObject({
  items: z.array(z.looseObject({ reason: z.string().default(''), message: z.string().default('') })),
})
const Pods = z.looseObject({
  items: z.array(z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }) })),
})

/** Nothing was refused by who lets pods in. */
async function checkNoneRefused({ get }: Client): Promise<void> {
  const { items } = await get(Events, ['events', '--field-selector', 'reason=FailedCreate'])
  assert.deepEqual(
    items.map(({ message }) => message),
    [],
  )
}

/** Every object of the release is there as the chart says it. */
export async function checkRelease(client: Client): Promise<{ objects: number }> {
  const manifest = await client.helm(['get', 'manifest', 'sophia'])
  const objects = readManifests(manifest)
  assert.ok(objects.length > 8)
  // Ends with 1 where what is there differs from what is written.
  await client.kubectl(['diff', '-f', '-'], manifest)
  await checkNoneRefused(client)
  return { objects: objects.length }
}

/** The shipped manifests are taken as they stand, without a field that the API does not know, and their pods are let in. */
export async function checkExamples(clientOf: (namespace: string) => Client): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const example of EXAMPLES) counts[example.name] = await checkExample(example, clientOf(`with-${example.name}`))
  return counts
}

async function checkExample({ name, renderedFile }: Example, client: Client): Promise<number> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `with-${name}`, labels: RESTRICTED } }
  await client.apply(namespace)
  const text = readFileSync(renderedFile, 'utf8')
  const objects = readManifests(text)
  await client.kubectl(['apply', '--validate=strict', '-f', '-'], text)
  const wanted = objects.flatMap((object) => podOf(object)?.metadata.labels['app.kubernetes.io/component'] ?? [])
  const there = async (): Promise<string[]> =>
    (await client.get(Pods, ['pods'])).items.map(({ metadata }) => metadata.labels['app.kubernetes.io/component'] ?? '')
  const isWanted = (seen: readonly string[]): boolean =>
    wanted.every((component) => component === 'backup' || seen.includes(component))
  await untilSeen(there, isWanted, { what: `the pods of ${name} are let in`, limitMs: LIMIT_MS })
  await checkNoneRefused(client)
  for (const object of objects) await client.kubectl(['get', object.kind, object.metadata.name])
  await client.kubectl(['delete', 'namespace', `with-${name}`, '--wait=false'])
  return objects.length
}
