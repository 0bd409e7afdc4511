import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { importQuery } from '../api/queries.ts'
import { bytesWords, plural } from '../state/words.ts'
import { Button } from './button.tsx'
import { Progress } from './states.tsx'

/** Most files are through before anyone would look for their rows. */
const LONG_MS = 1000

/** The bytes on their way, then the rows as they are read; other pages may be opened meanwhile. */
export function ImportSending({
  importId,
  share,
  size,
  onStop,
}: {
  importId: string | null
  share: number
  size: number
  onStop: () => void
}) {
  const isLong = useLater(LONG_MS)
  const report = useQuery({
    ...importQuery(importId ?? ''),
    enabled: importId !== null && isLong,
    retry: false,
    refetchInterval: 700,
  })
  return (
    <div className="import-sending" role="status">
      <p>
        Sent {bytesWords(Math.round(size * share))} of {bytesWords(size)}
        {report.data ? `, ${plural(report.data.rowsRead, 'row')} read` : ''}
      </p>
      <Progress value={share} label="Sending the file" />
      <p className="quiet small">Keep this window open; other pages of Sophia may be opened meanwhile.</p>
      <Button icon="stop" onClick={onStop}>
        Stop
      </Button>
    </div>
  )
}

function useLater(ms: number): boolean {
  const [isLater, setLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return isLater
}
