import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
/** What the program is made of when it runs. */
const PARTS = ['src', 'migrations', 'personas', 'calendars', 'sync', 'prices.yaml', 'package.json']
const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) })

/** The program as it was, or is. */
export interface Version {
  /** `null`: as it lies in this folder. */
  readonly commit: string | null
  readonly title: string
  /** How many migrations it knows. */
  readonly migrations: number
}

/**
 * Of each state of the migrations from this one on the newest commit that had it, then the program as it lies here. Throws with what to do
 * where there is no history.
 */
export async function listVersions(from: number): Promise<Version[]> {
  const today = await readMigrations()
  const commits = await readHistory()
  const found = new Map<number, Version>()
  for (const { commit, title } of commits) {
    // Each answer may be the last that is needed.
    // oxlint-disable-next-line no-await-in-loop
    const then = await readMigrationsOf(commit)
    const isBeginning = then.every((one, place) => one === today[place])
    if (isBeginning && then.length < today.length && !found.has(then.length))
      found.set(then.length, { commit, title, migrations: then.length })
    if (then.length <= from && found.has(from)) break
    if (then.length < from) break
  }
  const earlier = [...found.values()].filter(({ migrations }) => migrations >= from)
  if (earlier.length === 0) throw new Error(`No commit up to here has the first ${from} of today's migrations.`)
  const now = { commit: null, title: 'as it lies here', migrations: today.length }
  return [...earlier.toSorted((one, other) => one.migrations - other.migrations), now]
}

/** How many migrations there are here. */
export async function countMigrations(): Promise<number> {
  return (await readMigrations()).length
}

/** Unpacks a version beside this one, upon the packages of this one. Answers where it lies, and whether it was made for others. */
export async function unpackVersion(
  commit: string,
  folder: string,
): Promise<{ root: string; hasOtherPackages: boolean }> {
  const root = join(folder, commit.slice(0, 12))
  await mkdir(root)
  const { stdout } = await git('ls-tree', '--name-only', commit)
  const there = stdout.split('\n').filter((name) => PARTS.includes(name))
  const archive = `${root}.tar`
  await git('archive', '--format=tar', `--output=${archive}`, commit, '--', ...there)
  await run('tar', ['-xf', archive, '-C', root])
  await rm(archive)
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const [then, now] = await Promise.all([root, ROOT].map(readDependencies))
  return { root, hasOtherPackages: !isDeepStrictEqual(then, now) }
}

async function readDependencies(root: string): Promise<Readonly<Record<string, string>>> {
  return Manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).dependencies
}

/** Each as `name hash`, in order. */
async function readMigrations(): Promise<string[]> {
  const names = (await readdir(join(ROOT, 'migrations'))).filter((name) => name.endsWith('.sql')).toSorted()
  const { stdout } = await git('hash-object', ...names.map((name) => join('migrations', name)))
  const hashes = stdout.trim().split('\n')
  return names.map((name, place) => `${name} ${hashes[place]}`)
}

async function readMigrationsOf(commit: string): Promise<string[]> {
  const { stdout } = await git('ls-tree', commit, 'migrations/')
  const found = stdout.matchAll(/^\d+ blob (\w+)\tmigrations\/(\S+\.sql)$/gm)
  return [...found].map(([, hash, name]) => `${name} ${hash}`).toSorted()
}

async function readHistory(): Promise<{ commit: string; title: string }[]> {
  const { stdout } = await git('log', '--format=%H %s').catch((cause: unknown) => {
    throw new Error('There is no history here to take a version from. In a shallow clone: git fetch --unshallow', {
      cause,
    })
  })
  return stdout
    .trim()
    .split('\n')
    .map((line) => ({ commit: line.slice(0, 40), title: line.slice(41) }))
}

function git(...args: string[]): Promise<{ stdout: string }> {
  return run('git', args, { cwd: ROOT, maxBuffer: 64_000_000 })
}
