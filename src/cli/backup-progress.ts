import type { BackupProgress } from '#features/operations/backup/index.ts'

const BAR_CELLS = 24

/** The steps, as people say them. */
const DOES = {
  fetch: 'fetching it from the store',
  check: 'comparing checksums',
  save: 'saving',
  load: 'loading',
  index: 'making indexes',
  copy: 'copying it to the store',
} as const satisfies Record<BackupProgress['step'], string>

/** `[######------------------]  25%  loading activities`. */
function progressLine({ step, table, share }: BackupProgress): string {
  const filled = Math.floor(share * BAR_CELLS)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  return `${bar} ${percent}  ${[DOES[step], table].filter((word) => word !== null).join(' ')}`
}

/** JSON lines, or one line that redraws itself on a terminal, or nothing in a log file. */
export function showProgress(isJson: boolean): { show(progress: BackupProgress): void; end(): void } {
  if (isJson)
    return {
      show: ({ share, ...place }) =>
        console.log(JSON.stringify({ type: 'progress', ...place, share: Math.round(share * 1000) / 1000 })),
      end: () => undefined,
    }
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined }
  return {
    show: (progress) => process.stderr.write(`\r\u001b[2K${progressLine(progress)}`),
    end: () => process.stderr.write('\r\u001b[2K'),
  }
}
