import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Turn } from '#contract/conversations.ts'
import { call } from '../api/client.ts'

/** Most questions are taken up sooner than that, and nothing need be asked. */
const PATIENCE_MS = 1000
const EVERY_MS = 2000

/** How many questions are answered before this one, looked at while it waits; undefined until that is known. */
export function useQueuePlace(turnId: string, isWaiting: boolean): number | null | undefined {
  const [isLong, setIsLong] = useState(false)
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MS)
    return () => {
      clearTimeout(timer)
      setIsLong(false)
    }
  }, [turnId, isWaiting])
  const { data } = useQuery({
    queryKey: ['turn', turnId, 'place'],
    queryFn: ({ signal }) => call(Turn, `/api/turns/${turnId}`, { signal }),
    enabled: isLong,
    refetchInterval: EVERY_MS,
    retry: false,
  })
  return isLong && data?.status === 'queued' ? data.queuePlace : undefined
}
