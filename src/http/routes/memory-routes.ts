import { z } from 'zod'
import { Done, Uuid } from '#contract/common.ts'
import {
  Memory,
  MemoryChange,
  MemoryDetail,
  MemoryErased,
  MemoryErasure,
  MemoryPage,
  MemoryQuery,
  NewMemory,
} from '#contract/memory.ts'
import type { Memories } from '#features/memory/index.ts'
import { defineRoute, type Route } from '../route.ts'

const Id = z.strictObject({ id: Uuid })
const DONE: z.infer<typeof Done> = { done: true }
const ONE = '/api/memories/:id'

/** What the colleagues remember: seen, corrected, shared, forgotten, erased. */
export function memoryRoutes({ memories }: { readonly memories: Memories }): Route[] {
  return [...readRoutes(memories), ...changeRoutes(memories), ...removeRoutes(memories)]
}

function readRoutes(memories: Memories): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/memories',
        summary: 'What is remembered that you may see, last changed first',
        access: 'memory:read',
        query: MemoryQuery,
        response: MemoryPage,
      },
      ({ principal, query }) => memories.list(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: ONE,
        summary: 'One memory with its history',
        access: 'memory:read',
        params: Id,
        response: MemoryDetail,
      },
      ({ principal, params }) => memories.get(principal, params.id),
    ),
  ]
}

function changeRoutes(memories: Memories): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: '/api/memories',
        summary: 'Write down what is to be remembered',
        access: 'memory:change',
        body: NewMemory,
        response: Memory,
        status: 201,
      },
      ({ principal, body }) => memories.add(principal, body),
    ),
    defineRoute(
      {
        method: 'PATCH',
        path: ONE,
        summary: 'Edit, pin, share, or let in a memory',
        access: 'memory:change',
        params: Id,
        body: MemoryChange,
        response: Memory,
      },
      ({ principal, params, body }) => memories.change(principal, { id: params.id, wanted: body }),
    ),
    defineRoute(
      {
        method: 'POST',
        path: `${ONE}/undo`,
        summary: 'Revert the last change; what a memory had replaced is active again',
        access: 'memory:change',
        params: Id,
        response: Memory,
      },
      ({ principal, params }) => memories.undo(principal, params.id),
    ),
  ]
}

function removeRoutes(memories: Memories): Route[] {
  return [
    defineRoute(
      {
        method: 'DELETE',
        path: ONE,
        summary: 'Forget; can be undone for 30 days',
        access: 'memory:change',
        params: Id,
        response: Done,
      },
      async ({ principal, params }) => {
        await memories.forget(principal, params.id)
        return DONE
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/memories/erase',
        needsRoom: false,
        summary: 'Erase everything remembered about a person or record, for good',
        access: 'memory:erase',
        body: MemoryErasure,
        response: MemoryErased,
      },
      ({ principal, body }) => memories.eraseSubject(principal, body.subject),
    ),
  ]
}
