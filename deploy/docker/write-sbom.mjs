/**
 * Writes the bill of materials of the image: of all that npm knows, what she runs with and what was built into the web app; Node; and the
 * packages of Debian whose libraries are in it. Nothing in it differs from one build to the next of the same source.
 *
 *   npm sbom --package-lock-only --sbom-format=cyclonedx | node deploy/docker/write-sbom.mjs sbom.cdx.json libc6 tini ...
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'

const [, , file, ...debianPackages] = process.argv
const bill = JSON.parse(readFileSync(0, 'utf8'))
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

/** What the source of the web app imports by name. */
function namesInWebApp() {
  const sources = globSync('web/src/**/*.{ts,tsx,css}').map((path) => readFileSync(path, 'utf8'))
  const names = sources.flatMap((source) =>
    [...source.matchAll(/(?:from|import)\s+['"]((?:@[\w.-]+\/)?[\w.-]+)/g)].map(([, name]) => name),
  )
  return [...new Set(names)].filter((name) => manifest.devDependencies[name])
}

/** These packages with all that they stand on, by their references. */
function closureOf(names) {
  const known = new Map(bill.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]))
  const root = known.get(bill.metadata.component['bom-ref']) ?? []
  const isWanted = (ref) => names.some((name) => ref.startsWith(`${name}@`))
  const found = new Set(root.filter(isWanted))
  for (const ref of found) for (const next of known.get(ref) ?? []) found.add(next)
  return found
}

function debianComponent(name) {
  const [version, architecture] = execFileSync('dpkg-query', ['-W', '-f', '${Version} ${Architecture}', name], {
    encoding: 'utf8',
  }).split(' ')
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`
  return { 'bom-ref': purl, type: 'library', name, version, purl }
}

const { node } = process.versions
const nodeComponent = {
  'bom-ref': `node@${node}`,
  type: 'platform',
  name: 'node',
  version: node,
  purl: `pkg:generic/node@${node}`,
}
const kept = closureOf([...Object.keys(manifest.dependencies), ...namesInWebApp()])
bill.components = [
  ...bill.components.filter((one) => kept.has(one['bom-ref'])),
  nodeComponent,
  ...debianPackages.toSorted().map(debianComponent),
]
const root = bill.metadata.component['bom-ref']
bill.dependencies = bill.dependencies.filter(({ ref }) => ref === root || kept.has(ref))
for (const one of bill.dependencies) one.dependsOn = (one.dependsOn ?? []).filter((ref) => kept.has(ref))
bill.metadata.component.name = manifest.name
delete bill.metadata.timestamp
delete bill.serialNumber
const hash = createHash('sha256').update(JSON.stringify(bill)).digest('hex')
// Of its content, in the form of a UUID of version 8.
const parts = [
  hash.slice(0, 8),
  hash.slice(8, 12),
  `8${hash.slice(13, 16)}`,
  `8${hash.slice(17, 20)}`,
  hash.slice(20, 32),
]
bill.serialNumber = `urn:uuid:${parts.join('-')}`
writeFileSync(file, `${JSON.stringify(bill, null, 1)}\n`)
