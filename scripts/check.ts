/** The house rules in one command: format, lint, types, floors, unused code, generated files. Runs the parts side by side. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules/.bin', name)

interface Part {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

const PARTS: readonly Part[] = [
  { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'types', command: bin('tsc'), args: ['-p', '.'] },
  { name: 'web types', command: bin('tsc'), args: ['-p', 'web'] },
  { name: 'format', command: bin('oxfmt'), args: ['--check'] },
  { name: 'unused code', command: bin('knip'), args: [] },
  { name: 'generated files', command: process.execPath, args: ['scripts/generate.ts', '--check'] },
  {
    name: 'floors and pins',
    command: process.execPath,
    args: ['--test', '--test-reporter=dot', 'test/architecture.test.ts', 'test/pins/*.test.ts'],
  },
]

function run(part: Part): Promise<{ part: Part; code: number; output: string; ms: number }> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const child = spawn(part.command, part.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', (error) => resolve({ part, code: 1, output: error.message, ms: 0 }))
    child.on('close', (code) => resolve({ part, code: code ?? 1, output, ms: performance.now() - startedAt }))
  })
}

if (!existsSync(join(root, 'node_modules'))) throw new Error('Run npm start or npm ci --ignore-scripts first.')
const startedAt = performance.now()
const results = await Promise.all(PARTS.map(run))
for (const { part, code, output, ms } of results) {
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${part.name} (${Math.round(ms)} ms)`)
  if (code !== 0) console.log(output.trimEnd())
}
console.log(`check: ${Math.round((performance.now() - startedAt) / 100) / 10} s`)
process.exitCode = results.some((result) => result.code !== 0) ? 1 : 0
