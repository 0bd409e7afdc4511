import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { CalendarCheck, CalendarExplanation, CalendarFile, CalendarNow, CalendarUpcoming } from '#contract/calendar.ts'
import { call } from './client.ts'

/** Periods begin and end by themselves, and the file may change on disk. */
const LOOK_AGAIN_MS = 30_000

/** What holds at an instant; null is now. */
export const calendarAtQuery = (at: string | null) =>
  queryOptions({
    queryKey: ['calendar', 'at', at],
    queryFn: ({ signal }) => call(CalendarNow, '/api/calendar', { query: { at }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  })

export const explanationQuery = (key: string, at: string | null) =>
  queryOptions({
    queryKey: ['calendar', 'explain', key, at],
    queryFn: ({ signal }) => call(CalendarExplanation, '/api/calendar/explain', { query: { key, at }, signal }),
    placeholderData: keepPreviousData,
  })

export const upcomingQuery = (span: { readonly from: string; readonly days: number } | null) =>
  queryOptions({
    queryKey: ['calendar', 'upcoming', span],
    queryFn: ({ signal }) => call(CalendarUpcoming, '/api/calendar/upcoming', { query: { ...span }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
    enabled: span !== null,
  })

export const calendarFileQuery = queryOptions({
  queryKey: ['calendar', 'file'],
  queryFn: ({ signal }) => call(CalendarFile, '/api/calendar/file', { signal }),
  refetchInterval: LOOK_AGAIN_MS,
})

/** What a text would mean. Only the last one is worth keeping. */
export const calendarCheckQuery = (text: string) =>
  queryOptions({
    queryKey: ['calendar', 'check', text],
    queryFn: ({ signal }) => call(CalendarCheck, '/api/calendar/check', { method: 'POST', json: { text }, signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
