import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { createCliProgram, findCommandFault } from '../support/cli-program.ts'
import { refusals } from './migration-policies.ts'
import { podOf, readManifests, selects, type Container, type Manifest } from './objects.ts'
import { policyFaults } from './policies.ts'

const read = (file: string): Manifest[] => readManifests(readFileSync(`deploy/kubernetes/${file}`, 'utf8'))
const release = read('gateway.yaml')
const [job] = read('examples/restore.yaml')
const guide = readFileSync('docs/use/kubernetes.md', 'utf8')

function find(kind: string): Manifest {
  const found = release.find((manifest) => manifest.kind === kind)
  assert.ok(found, kind)
  return found
}

/** The one container, and what surrounds it. */
function partsOf(manifest: Manifest | undefined) {
  assert.ok(manifest)
  const pod = podOf(manifest)
  const container = pod?.spec.containers[0]
  assert.ok(pod && container)
  return { pod, container }
}

function homeOf({ env, volumeMounts }: Container) {
  const at = volumeMounts.find(({ name }) => name === 'home')?.mountPath
  return [env.find(({ name }) => name === 'SOPHIA_HOME')?.value, at]
}

test('the Job that restores is of the release: its image, its account, and the volume where the CronJob wrote', () => {
  const [restore, backup] = [partsOf(job), partsOf(find('CronJob'))]
  assert.ok(job)
  assert.deepEqual(policyFaults([...release, job]), [])
  assert.equal(restore.container.image, backup.container.image)
  assert.deepEqual(homeOf(restore.container), homeOf(backup.container))
  const volumes = [restore, backup].map(({ pod }) => pod.spec.volumes.find(({ name }) => name === 'home'))
  assert.deepEqual(volumes[0], volumes[1])
  for (const name of ['serviceAccountName', 'securityContext'] as const)
    assert.deepEqual(restore.pod.spec[name], backup.pod.spec[name])
})

/** The settings that the last stage of the Dockerfile gives whoever starts the image. */
function settingsOfImage(): Record<string, string> {
  const [last = ''] = readFileSync('deploy/docker/Dockerfile', 'utf8')
    .split(/^FROM /m)
    .slice(-1)
  const lines = last.replaceAll('\\\n', ' ').split('\n')
  const given = lines
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => [...line.matchAll(/(\w+)=("[^"]*"|\S+)/g)])
  return Object.fromEntries(given.map(([, name = '', value = '']) => [name, value.replaceAll('"', '')]))
}

test('with its settings and those of the image Sophia runs', () => {
  const ofImage = settingsOfImage()
  assert.equal(ofImage['SOPHIA_HOST'], '0.0.0.0', 'the Dockerfile was read')
  assert.deepEqual(refusals([partsOf(job).container], ofImage), [])
})

test('it is let out to the database by the network policy of the release', () => {
  const { podSelector } = z
    .looseObject({
      spec: z.looseObject({
        podSelector: z.object({
          matchLabels: z.record(z.string(), z.string()),
          matchExpressions: z.tuple([
            z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }),
          ]),
        }),
      }),
    })
    .parse(find('NetworkPolicy')).spec
  const { labels } = partsOf(job).pod.metadata
  assert.ok(selects(podSelector.matchLabels, labels))
  const [{ key, values }] = podSelector.matchExpressions
  assert.ok(values.includes(labels[key] ?? ''))
})

test('it runs a command that there is, once; the guide stops every replica before it and names what it names', async () => {
  const { container } = partsOf(job)
  assert.equal(findCommandFault(await createCliProgram(), container.args), undefined)
  assert.equal(z.looseObject({ spec: z.looseObject({ backoffLimit: z.int() }) }).parse(job).spec.backoffLimit, 0)
  const [, steps = ''] = /^### Restore\n([^]*?)^## /m.exec(guide) ?? []
  const order = [
    'patch cronjob sophia-backup --patch \'{"spec":{"suspend":true}}\'',
    'scale deployment sophia --replicas=0',
    'apply -f deploy/kubernetes/examples/restore.yaml',
    `logs --follow job/${job?.metadata.name}`,
    'scale deployment sophia --replicas=2',
    'patch cronjob sophia-backup --patch \'{"spec":{"suspend":false}}\'',
  ].map((command) => steps.indexOf(`kubectl -n sophia ${command}`))
  assert.ok(!order.includes(-1), String(order))
  assert.deepEqual(
    order,
    order.toSorted((one, other) => one - other),
  )
})
