import type { Simulate } from './machines.ts'

export interface Seeds {
  /** The first of them. */
  readonly seed: number
  readonly seeds: number
}

/** What came of a machine's seeds: those that broke a promise, how fast it went, and sums of what was done. */
interface Report extends Seeds {
  readonly failing: readonly number[]
  readonly seconds: number
  readonly cpuSeconds: number
  readonly seedsPerCpuMinute: number
  readonly [count: string]: number | readonly number[]
}

/** Runs one seed after the other and tells of each that breaks a promise, and how. */
export async function runMachine(
  simulate: Simulate,
  { seed: first, seeds }: Seeds,
  tell: (line: string) => void,
): Promise<Report> {
  const startedMs = performance.now()
  const begun = process.cpuUsage()
  const failing: number[] = []
  const sums: Record<string, number> = {}
  for (let seed = first; seed < first + seeds; seed += 1) {
    // One after the other: what they do goes by virtual time.
    // oxlint-disable-next-line no-await-in-loop
    const { breaches, counts } = await simulate(seed)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
    if (breaches.length === 0) continue
    failing.push(seed)
    tell(`seed ${seed}:\n  ${breaches.slice(0, 5).join('\n  ')}`)
  }
  const seconds = (performance.now() - startedMs) / 1000
  const cpuSeconds = process.cpuUsage(begun).user / 1_000_000
  const seedsPerCpuMinute = Math.round((seeds / cpuSeconds) * 60)
  return { seed: first, seeds, failing, ...sums, seconds, cpuSeconds, seedsPerCpuMinute }
}

/** What the command line asks for: which machines by name, and their seeds. Undefined when it cannot be read. */
export function readWish(
  values: { readonly machine?: string | undefined; readonly seed?: string | undefined; readonly seeds: string },
  known: readonly string[],
): (Seeds & { readonly names: readonly string[] }) | undefined {
  const { machine } = values
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000_000))
  const seeds = Number(values.seeds)
  const areSeeds = Number.isSafeInteger(seed) && Number.isSafeInteger(seeds) && seeds > 0
  if (!areSeeds || (machine !== undefined && !known.includes(machine))) return undefined
  return { seed, seeds, names: machine === undefined ? known : [machine] }
}
