/** Builds the web app into web/dist. With `--when-stale`, only if what it is made from has changed since. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const web = join(root, 'web')
const built = join(web, 'dist')
const marker = join(built, '.built-from')
const NOT_SOURCE = new Set(['dist', 'node_modules'])

/** One hash over the names and content of everything that goes into the app. */
async function hashSources(): Promise<string> {
  const hash = createHash('sha256')
  const listed = await Promise.all([listFiles(web), listFiles(join(root, 'src', 'contract'))])
  for (const path of [...listed.flat(), join(root, 'package-lock.json')]) {
    hash.update(`${relative(root, path)}\0`)
    hash.update(await readFile(path))
  }
  return hash.digest('hex')
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(/[\\/]/)
          .some((part) => NOT_SOURCE.has(part.split('.')[0] ?? '')),
    )
    .toSorted()
}

/** Built beside its place and swapped in whole: a running Sophia never serves half an app, a failed build none. */
async function build(hash: string): Promise<void> {
  const startedAt = performance.now()
  process.stderr.write('Building the web app ...\n')
  const vite = await import('vite')
  const partial = join(web, `dist.partial-${process.pid}`)
  try {
    await vite.build({
      root: web,
      configFile: join(web, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: partial, emptyOutDir: true },
    })
    await writeFile(join(partial, '.built-from'), hash)
    await rm(built, { recursive: true, force: true })
    await rename(partial, built)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  process.stderr.write(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`)
}

async function main(): Promise<void> {
  if (!existsSync(join(web, 'index.html'))) {
    process.stderr.write('There is no web app in this copy (web/index.html is missing): only the API will be served.\n')
    return
  }
  const hash = await hashSources()
  const found = await readFile(marker, 'utf8').catch(() => '')
  if (process.argv.includes('--when-stale') && found === hash) return
  await build(hash)
}

await main().catch((error: unknown) => {
  // The bundler's message names file and line; its stack is the bundler's own.
  process.stderr.write(`The web app could not be built: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
