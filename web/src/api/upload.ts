import { ImportPreview, ImportReport, type RecordKind } from '#contract/records.ts'
import { ApiProblem, problemOf, unreachable } from './api-problem.ts'
import { addressOf } from './client.ts'

/** Enough for the headers and some rows of a table; the server needs no more to propose a mapping. */
const TABLE_BYTES = 65_536
/** A call is understood as a whole. */
const CALL_BYTES = 1_048_576
const CALL_FILE = /\.(?:txt|vtt|json)$/i

/** What each column of the file would become, or how its calls are understood. Throws ApiProblem. */
export async function previewImport(file: File, query: { kind?: RecordKind; map?: string }): Promise<ImportPreview> {
  const fileName = file.name.slice(-300)
  const address = addressOf('/api/imports/preview', { kind: query.kind, map: query.map, fileName })
  let response: Response
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: file.slice(0, CALL_FILE.test(fileName) ? CALL_BYTES : TABLE_BYTES),
    })
  } catch (thrown) {
    throw unreachable(thrown)
  }
  if (!response.ok) throw await problemOf(response)
  return ImportPreview.parse(await response.json())
}

export interface Upload {
  readonly file: File
  readonly query: Readonly<Record<string, string | undefined>>
  readonly onProgress: (bytesSent: number) => void
  readonly signal: AbortSignal
}

/** Sends the file; XMLHttpRequest because fetch tells nothing of bytes sent. Throws ApiProblem. */
export function uploadImport(upload: Upload): Promise<ImportReport> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', addressOf('/api/imports', upload.query))
    request.setRequestHeader('content-type', 'text/csv')
    request.upload.addEventListener('progress', (event) => upload.onProgress(event.loaded))
    request.addEventListener('error', () => reject(unreachable(null)))
    request.addEventListener('abort', () => reject(stopped()))
    request.addEventListener('load', () => void answerOf(request).then(resolve, reject))
    upload.signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(upload.file)
  })
}

async function answerOf(request: XMLHttpRequest): Promise<ImportReport> {
  const response = new Response(request.responseText, {
    status: request.status,
    headers: { 'x-correlation-id': request.getResponseHeader('x-correlation-id') ?? '' },
  })
  if (!response.ok) throw await problemOf(response)
  return ImportReport.parse(await response.json())
}

function stopped(): ApiProblem {
  return new ApiProblem({
    status: -1,
    code: 'UPLOAD_STOPPED',
    detail: 'The upload was stopped. Nothing was imported.',
    correlationId: '',
  })
}
