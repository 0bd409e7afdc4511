/**
 * Writes into a chart's values which image it is of, before it is packed: `node scripts/name-image.mjs FILE REPOSITORY DIGEST`. Runs on
 * any Node, without packages, as a release has no more at hand.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const [file = '', repository = '', digest = ''] = process.argv.slice(2)
if (!/^[\w.-]+(:\d+)?(\/[\w.-]+)+$/.test(repository))
  throw new Error(`This names no image of a registry: ${repository}`)
if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`This is no digest: ${digest}`)

const before = readFileSync(file, 'utf8')
const [image = ''] = /^image:\n(?: .*\n)+/m.exec(before) ?? []
const named = setOnce(setOnce(image, 'repository', repository), 'digest', digest)
writeFileSync(
  file,
  before.replace(image, () => named),
)

/** Throws where the values are of another form than this script knows: a chart without its image must not leave. */
function setOnce(block, name, value) {
  const line = new RegExp(`^  ${name}: .*$`, 'gm')
  if (block.match(line)?.length !== 1) throw new Error(`${file} has no image.${name} to write.`)
  return block.replace(line, () => `  ${name}: ${value}`)
}
