import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { RecordKind } from '#contract/records.ts'
import { toApiProblem, type ApiProblem } from '../api/api-problem.ts'
import { uploadImport } from '../api/upload.ts'
import type { CallChoices, DayOrder } from './import-map.ts'
import { uuidV7 } from './uuid-v7.ts'

export interface ImportChoices {
  readonly asOf: string
  readonly dayOrder: DayOrder
  readonly isAtomic: boolean
  readonly isDryRun: boolean
  readonly hasListPrice: boolean
  readonly replaceSample: boolean
}

interface Start {
  readonly file: File
  readonly kind: RecordKind
  readonly map: string | undefined
  /** What is told of calls. */
  readonly call: Partial<CallChoices>
  readonly choices: ImportChoices
}

/** Sends a file under an id made here, by which its rows can be followed while it is read. */
export function useUpload(onStarted: (importId: string) => void) {
  const client = useQueryClient()
  const [share, setShare] = useState<number | null>(null)
  const [importId, setImportId] = useState<string | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const stopper = useRef<AbortController | null>(null)
  const start = ({ file, kind, map, call, choices }: Start): void => {
    const id = uuidV7()
    const query = {
      id,
      kind,
      fileName: file.name.slice(0, 300),
      map,
      ...call,
      asOf: choices.asOf || undefined,
      atomic: String(choices.isAtomic),
      dryRun: String(choices.isDryRun),
      replaceSample: String(choices.replaceSample),
    }
    stopper.current = new AbortController()
    setProblem(null)
    setImportId(id)
    setShare(0)
    const onProgress = (bytesSent: number): void => setShare(file.size === 0 ? 1 : bytesSent / file.size)
    uploadImport({ file, query, onProgress, signal: stopper.current.signal })
      .then((report) => {
        client.setQueryData(['import', report.id], report)
        void client.invalidateQueries({ queryKey: ['imports'] })
        onStarted(report.id)
      })
      .catch((thrown: unknown) => {
        const refused = toApiProblem(thrown)
        setProblem(refused)
        // Only faulty rows leave a report to look into; anything else never began.
        if (refused.code !== 'IMPORT_ROWS_FAULTY') setImportId(null)
      })
      .finally(() => setShare(null))
  }
  return {
    start,
    importId,
    stop: () => stopper.current?.abort(),
    isSending: share !== null,
    share: share ?? 0,
    problem,
  }
}
