import { z } from 'zod'
import { toOpenApi } from '../openapi.ts'
import { defineRoute, type Route } from '../route.ts'

/** The description of all routes, made once. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  const text = JSON.stringify(toOpenApi(routes, version))
  return defineRoute(
    { method: 'GET', path: '/openapi.json', summary: 'This description', access: 'public', query: z.strictObject({}) },
    async ({ reply }) => {
      await reply.header('content-type', 'application/json; charset=utf-8').send(text)
    },
  )
}
