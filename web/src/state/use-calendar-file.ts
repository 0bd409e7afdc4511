import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { CalendarFile } from '#contract/calendar.ts'
import { calendarCheckQuery, calendarFileQuery } from '../api/calendar-queries.ts'
import { call } from '../api/client.ts'
import { createDraftKeeper, type Draft } from './calendar-draft.ts'
import { useMe } from './use-me.ts'

/** Somebody who types rests for so long now and then. */
const REST_MS = 400

/** The file and the text that somebody makes of it, which is kept until it is saved or given up. */
export function useCalendarDraft(file: CalendarFile) {
  const { memberId } = useMe()
  const keeper = useMemo(() => createDraftKeeper(openTabStorage(), memberId), [memberId])
  const [draft, setDraft] = useState<Draft | null>(() => keeper.read())
  const write = (text: string): void => {
    const next = { text, from: draft?.from ?? file.text }
    if (text === file.text) return giveUp()
    setDraft(next)
    keeper.keep(next)
  }
  const giveUp = (): void => {
    setDraft(null)
    keeper.forget()
  }
  return {
    text: draft?.text ?? file.text,
    isChanged: draft !== null && draft.text !== file.text,
    /** Somebody else wrote the file meanwhile. */
    isOvertaken: draft !== null && draft.from !== file.text && draft.text !== file.text,
    write,
    giveUp,
  }
}

/** What is wrong with a text, and what it would change; asked when whoever types rests. */
export function useCalendarCheck(text: string) {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS)
    return () => clearTimeout(timer)
  }, [text])
  const check = useQuery(calendarCheckQuery(rested))
  return { check, isCurrent: rested === text && !check.isPlaceholderData && check.data !== undefined }
}

/** Writes the file; what it means is asked again everywhere. */
export function useSaveCalendar(onSaved: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (text: string) => call(CalendarFile, '/api/calendar/file', { method: 'PUT', json: { text } }),
    onSuccess: (file) => {
      client.setQueryData(calendarFileQuery.queryKey, file)
      onSaved()
      return client.invalidateQueries({ queryKey: ['calendar'] })
    },
  })
}

function openTabStorage(): Storage | null {
  try {
    return window.sessionStorage
  } catch {
    // Some private windows close it; the text then lives only as long as the page.
    return null
  }
}
