import { z } from 'zod'
import { ApiKeyPage, CreatedApiKey, NewApiKey } from '#contract/access.ts'
import { PageQuery, Uuid } from '#contract/common.ts'
import type { Access } from '#features/access/index.ts'
import { defineRoute, type Route } from '../route.ts'

export interface KeyNeeds {
  readonly access: Pick<Access, 'listKeys' | 'createKey' | 'revokeKey'>
}

/** Keys for programs that act for a member. */
export function keyRoutes({ access }: KeyNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/keys',
        summary: 'Own keys, or all for whoever manages them',
        access: 'key:manage-own',
        query: PageQuery,
        response: ApiKeyPage,
      },
      async (input) => access.listKeys(input, input.query),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/keys',
        summary: 'Make a key; the secret is shown once',
        access: 'key:manage-own',
        body: NewApiKey,
        response: CreatedApiKey,
        status: 201,
      },
      async (input) => {
        void input.reply.header('cache-control', 'no-store')
        return access.createKey(input, input.body)
      },
    ),
    defineRoute(
      {
        method: 'DELETE',
        path: '/api/keys/:id',
        summary: 'Revoke a key',
        access: 'key:manage-own',
        params: z.strictObject({ id: Uuid }),
        status: 204,
      },
      async (input) => {
        await access.revokeKey(input, input.params.id)
        await input.reply.code(204).send()
      },
    ),
  ]
}
