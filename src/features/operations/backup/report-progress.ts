/** How far a long piece of work on a backup is. */
export interface BackupProgress {
  readonly step: 'fetch' | 'check' | 'save' | 'load' | 'index' | 'copy'
  /** The table at hand; null where the step has none. */
  readonly table: string | null
  /** From 0 to 1. */
  readonly share: number
}

export type OnProgress = (progress: BackupProgress) => void

/** Counts what is done of a step and tells it, at most a hundred times and at every table. */
export function createProgress(
  onProgress: OnProgress | undefined,
  step: BackupProgress['step'],
  total: number,
): (table: string | null, added: number) => void {
  let done = 0
  let told = ''
  return (table, added) => {
    done += added
    const share = total > 0 ? Math.min(1, done / total) : 1
    const place = `${table} ${Math.floor(share * 100)}`
    if (place === told) return
    told = place
    onProgress?.({ step, table, share })
  }
}
