import {
  AtQuery,
  CalendarCheck,
  CalendarDraft,
  CalendarExplanation,
  CalendarFile,
  CalendarNow,
  CalendarUpcoming,
  ExplainQuery,
  ScalingAdvice,
  UpcomingQuery,
} from '#contract/calendar.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { defineRoute, type Route } from '../route.ts'

/** The business calendar: what is in force, why, what comes; and the file that says so. */
export function calendarRoutes({ calendar }: { readonly calendar: Calendar }): Route[] {
  return [...readRoutes(calendar), ...fileRoutes(calendar), scalingRoute(calendar)]
}

function readRoutes(calendar: Calendar): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/calendar',
        summary: 'Periods in force and what they move',
        access: 'calendar:read',
        query: AtQuery,
        response: CalendarNow,
      },
      async ({ query }) => calendar.now(instantOf(query.at)),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/calendar/explain',
        summary: 'What holds for one key, by whose word, and until when',
        access: 'calendar:read',
        query: ExplainQuery,
        response: CalendarExplanation,
      },
      async ({ query }) => calendar.explain({ key: query.key, at: instantOf(query.at) }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/calendar/upcoming',
        summary: 'Periods that are in force or begin within some days',
        access: 'calendar:read',
        query: UpcomingQuery,
        response: CalendarUpcoming,
      },
      async ({ query }) => calendar.upcoming({ from: instantOf(query.from), days: query.days }),
    ),
  ]
}

function fileRoutes(calendar: Calendar): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/calendar/file',
        summary: 'The text of the calendar, with what is wrong with it',
        access: 'calendar:manage',
        response: CalendarFile,
      },
      async () => calendar.file(),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/calendar/check',
        summary: 'What a text would mean and change, without putting it in force',
        access: 'calendar:manage',
        body: CalendarDraft,
        response: CalendarCheck,
      },
      async ({ body }) => calendar.check(body),
    ),
    defineRoute(
      {
        method: 'PUT',
        path: '/api/calendar/file',
        summary: 'Write the file and put it in force; refused with a fault in it',
        access: 'calendar:manage',
        body: CalendarDraft,
        response: CalendarFile,
      },
      async ({ principal, body }) => calendar.save(principal, body),
    ),
  ]
}

function scalingRoute(calendar: Calendar): Route {
  return defineRoute(
    {
      method: 'GET',
      path: '/api/scaling',
      summary: 'How many replicas there shall be, whose word that is, and why',
      access: 'calendar:read',
      response: ScalingAdvice,
    },
    async () => calendar.scaling.advise(),
  )
}

function instantOf(at: string | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at)
}
