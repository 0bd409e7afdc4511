import type { Command } from 'commander'
import { CacheInvalidation, CacheSavings, CacheStats, type ClassStats } from '#contract/cache.ts'
import { Done } from '#contract/common.ts'
import { SophiaError } from '#domain/errors.ts'
import { formatMoney } from '#domain/money.ts'
import type { Ask } from './running-house.ts'

/** Opens the way to the Sophia that runs; her cache is in her memory, so there is none without her. */
export type OpenCache = () => Promise<{ ask: Ask; close(): Promise<void> }>

interface JsonOption {
  readonly json?: boolean
}

/** `sophia cache stats|clear`. */
export function addCacheCommand(program: Command, open: OpenCache): void {
  const command = program.command('cache').description('what the running Sophia remembers to spare work: look, clear')
  command
    .command('stats')
    .description('what the cache did since the process began, by class')
    .option('--json', 'print JSON, one class per line')
    .action((options: JsonOption) =>
      withRunning(open, async (ask) => {
        const { classes } = await ask(CacheStats, 'GET /api/cache/stats')
        const savings = options.json ? null : await ask(CacheSavings, 'GET /api/cache/savings')
        if (savings && savings.requests > 0) console.log(todayLine(savings))
        if (options.json) for (const one of classes) console.log(JSON.stringify(one))
        else console.log(classes.length === 0 ? 'Nothing uses the cache yet.' : classes.map(toLine).join('\n'))
      }),
    )
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
  command
    .command('clear')
    .description('let nothing answer any more that depends on a tag, such as mcp-server:crm or data:records')
    .option('--tag <tag>', 'what to let go of; may be given several times', collect, [])
    .option('--json', 'print JSON')
    .action((options: JsonOption & { readonly tag: readonly string[] }) => {
      const wanted = CacheInvalidation.safeParse({ tags: options.tag })
      if (options.tag.length === 0) throw new SophiaError('INVALID_INPUT', { detail: 'Name one or more with --tag.' })
      if (!wanted.success)
        throw new SophiaError('INVALID_INPUT', { detail: wanted.error.issues[0]?.message ?? 'The tag is not valid.' })
      const { tags } = wanted.data
      return withRunning(open, async (ask) => {
        await ask(Done, 'POST /api/cache/invalidate', { tags })
        console.log(options.json ? JSON.stringify({ tags, cleared: true }) : `cleared ${tags.join(', ')}`)
      })
    })
}

async function withRunning(open: OpenCache, work: (ask: Ask) => Promise<void>): Promise<void> {
  const { ask, close } = await open()
  try {
    await work(ask)
  } finally {
    await close()
  }
}

function toLine(stats: ClassStats): string {
  const { tiers, hitRate, stale, joined, misses, saved, savedMs } = stats
  const share = hitRate === null ? 'not asked yet' : `${Math.round(hitRate * 1000) / 10} % answered`
  const fresh = tiers.l1.hits + (tiers.l2?.hits ?? 0)
  const counts = `${fresh} fresh, ${stale} stale, ${joined} joined, ${misses} made`
  const room = `${tiers.l1.entries} kept in ${toKilobytes(tiers.l1.bytes)} of ${toKilobytes(tiers.l1.maxBytes)} KB`
  const ofRedis = tiers.l2 && tiers.l2.hits > 0 ? `, of it Redis ${sparedWords(tiers.l2)}` : ''
  return [stats.class, share, counts, room, `spared ${sparedWords({ saved, savedMs })}${ofRedis}`].join('  ')
}

function sparedWords({ saved, savedMs }: Pick<ClassStats, 'saved' | 'savedMs'>): string {
  return `${Math.round(savedMs / 100) / 10} s and ${formatMoney(saved)}`
}

/** Over all processes; what spared most comes first. */
function todayLine({ saved, savedMs, byTier, classes }: CacheSavings): string {
  const [first] = classes
  const tiers = ` (in the process ${sparedWords(byTier.l1)}, from Redis ${sparedWords(byTier.l2)})`
  const why = first ? `, most of it by ${first.class}` : ''
  return `today, all processes: spared ${formatMoney(saved)} and ${Math.round(savedMs / 100) / 10} s of waiting${tiers}${why}`
}

function toKilobytes(bytes: number): number {
  return Math.ceil(bytes / 1024)
}
