import { z } from 'zod'
import {
  BriefingChange,
  BriefingPage,
  BriefingPreview,
  BriefingQuery,
  BriefingSettings,
  UnsubscribeQuery,
} from '#contract/briefings.ts'
import { Done } from '#contract/common.ts'
import type { Briefings } from '#features/briefings/index.ts'
import { defineRoute, type Route } from '../route.ts'

const OWN = 'briefing:manage-own'

interface BriefingRouteNeeds {
  readonly briefings: Omit<Briefings, 'jobs'>
}

/** A member's own briefings; and the one public address, which ends the e-mails of whoever its token was sent to. */
export function briefingRoutes(needs: BriefingRouteNeeds): Route[] {
  return [...settingsRoutes(needs), ...sentRoutes(needs)]
}

function settingsRoutes({ briefings }: BriefingRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/briefing',
        summary: 'Whether, when and where I am briefed',
        access: OWN,
        response: BriefingSettings,
      },
      async ({ principal }) => briefings.getSettings(principal),
    ),
    defineRoute(
      {
        method: 'PUT',
        path: '/api/briefing',
        summary: 'Change my briefing; nothing is sent until it is switched on',
        access: OWN,
        body: BriefingChange,
        response: BriefingSettings,
      },
      async ({ principal, body }) => briefings.changeSettings(principal, body),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/briefing/preview',
        needsRoom: false,
        summary: 'What a briefing would say now; sends nothing',
        access: OWN,
        body: z.strictObject({}),
        response: BriefingPreview,
      },
      async ({ principal }) => briefings.preview(principal),
    ),
  ]
}

function sentRoutes({ briefings }: BriefingRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/briefings',
        summary: 'My briefings and how they got on, newest first',
        access: OWN,
        query: BriefingQuery,
        response: BriefingPage,
      },
      async ({ principal, query }) => briefings.list(principal, query),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/briefings/unsubscribe',
        summary: 'End the e-mails of whoever this token was mailed to (RFC 8058); the body is ignored',
        access: 'public',
        query: UnsubscribeQuery,
        bodyKind: 'ignored',
        response: Done,
      },
      async ({ query }) => {
        await briefings.unsubscribe(query.token)
        return { done: true as const }
      },
    ),
  ]
}
