import type { OnUpdateProgress, UpdateProgress } from '#features/operations/bring-up-to-date.ts'

export type { OnUpdateProgress }

const BAR_CELLS = 24

/** The steps, as people say them. */
const DOES = {
  fetch: 'fetching it from the store',
  check: 'comparing checksums',
  save: 'saving',
  load: 'loading',
  index: 'making indexes',
  copy: 'copying it to the store',
  migrate: 'migrating',
} as const satisfies Record<UpdateProgress['step'], string>

/** `[######------------------]  25%  loading activities`. */
function progressLine({ step, table, share }: UpdateProgress): string {
  const filled = Math.floor(share * BAR_CELLS)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  return `${bar} ${percent}  ${[DOES[step], table].filter((word) => word !== null).join(' ')}`
}

/** JSON lines, or one line that redraws itself on a terminal, or nothing in a log file. */
function showProgress(isJson: boolean): { show: OnUpdateProgress; end(): void } {
  if (isJson)
    return {
      show: ({ share, ...place }) =>
        console.log(JSON.stringify({ type: 'progress', ...place, share: Math.round(share * 1000) / 1000 })),
      end: () => undefined,
    }
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined }
  return {
    // The cursor goes back to the start: what is logged meanwhile begins a line of its own.
    show: (progress) => process.stderr.write(`\u001b[2K${progressLine(progress)}\r`),
    end: () => process.stderr.write('\u001b[2K'),
  }
}

/** Shows how far long work is while it lasts. */
export async function withProgress<Result>(
  flags: { readonly json?: boolean | undefined },
  work: (onProgress: OnUpdateProgress) => Promise<Result>,
): Promise<Result> {
  const progress = showProgress(flags.json === true)
  try {
    return await work((one) => progress.show(one))
  } finally {
    progress.end()
  }
}
