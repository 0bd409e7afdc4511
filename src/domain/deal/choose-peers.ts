import { FEWEST_ANONYMOUS, type PerformanceFigures, type RepTally } from './performance.ts'

interface Chosen {
  readonly peers: PerformanceFigures['peers']
  readonly peerIds: readonly string[]
  /** The rep's tallies and the chosen peers'. */
  readonly tallies: readonly RepTally[]
}

/**
 * Who a rep is held against: everybody else who decided a deal, when the asker sees them all or when those out of sight
 * are at least five; otherwise only those in sight. So no sum shows, alone or less what the asker sees, one to four reps.
 */
export function choosePeers(tallies: readonly RepTally[], repId: string): Chosen {
  const others = tallies.filter((tally) => tally.repId !== repId)
  const unseen = new Set(others.filter((tally) => !tally.isSeen).map((tally) => tally.repId)).size
  const isWhole = unseen === 0 || unseen >= FEWEST_ANONYMOUS
  const chosen = isWhole ? others : others.filter((tally) => tally.isSeen)
  const peerIds = [...new Set(chosen.map((tally) => tally.repId))]
  const kind = peerIds.length === 0 ? 'none' : isWhole && unseen > 0 ? 'anonymous' : 'seen'
  const own = tallies.filter((tally) => tally.repId === repId)
  return { peers: { kind, count: peerIds.length }, peerIds, tallies: [...own, ...chosen] }
}
