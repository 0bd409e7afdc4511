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
import type { Principal } from '#domain/permission.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { defineRoute, type Route } from '../route.ts'

interface CalendarRoutesNeeds {
  readonly calendar: Calendar
  /** What the colleagues tell somebody of the day, with the figures that they may know. */
  readonly tellDay: (asker: Principal) => Promise<string[]>
}

/** The business calendar: what is in force, why, what comes; and the file that says so. */
export function calendarRoutes(needs: CalendarRoutesNeeds): Route[] {
  const { calendar } = needs
  return [...readRoutes(needs), ...fileRoutes(calendar), scalingRoute(calendar)]
}

function readRoutes({ calendar, tellDay }: CalendarRoutesNeeds): Route[] {
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
      async ({ query, principal }) => {
        const told = calendar.now(instantOf(query.at))
        // Of another instant nobody knows the figures, so its lines stay as they are written.
        return query.at === undefined ? { ...told, context: await tellDay(principal) } : told
      },
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
        needsRoom: false,
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
