import type { z } from 'zod'
import { Problem } from '#contract/common.ts'
import { toJsonSchema, type JsonSchema } from './json-schema.ts'
import type { Route } from './route.ts'

/** OpenAPI 3.1 of the routes, made from the very shapes that validate and serialise. */
export function toOpenApi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sophia',
      version,
      description: 'AI colleagues for business teams.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'sk-sophia-...' },
        session: { type: 'apiKey', in: 'cookie', name: 'sophia' },
      },
      schemas: { Problem: toJsonSchema(Problem) },
    },
    paths,
  }
}

function operationOf(route: Route): Record<string, unknown> {
  const status = String(route.status ?? 200)
  const problem = {
    description: 'A problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
  return {
    summary: route.summary,
    operationId: operationId(route),
    ...(route.access === 'public'
      ? { security: [] }
      : { security: [{ key: [] }, { session: [] }], 'x-sophia-action': route.access }),
    parameters: [...parametersOf(route.params, 'path', route.path), ...parametersOf(route.query, 'query', route.path)],
    ...bodyOf(route),
    responses: {
      [status]: route.response
        ? { description: 'Done', content: { 'application/json': { schema: toJsonSchema(route.response) } } }
        : { description: 'Done' },
      default: problem,
    },
  }
}

function operationId(route: Route): string {
  return `${route.method.toLowerCase()}${route.path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_match, next: string) => next.toUpperCase())}`
}

function bodyOf(route: Route): Record<string, unknown> {
  if (route.bodyKind === 'stream') {
    return {
      requestBody: { required: true, content: { 'text/csv': { schema: { type: 'string', format: 'binary' } } } },
    }
  }
  if (!route.body) return {}
  return {
    requestBody: { required: true, content: { 'application/json': { schema: toJsonSchema(route.body, 'input') } } },
  }
}

function parametersOf(shape: z.ZodType | undefined, place: 'path' | 'query', path: string): JsonSchema[] {
  const schema = shape ? toJsonSchema(shape, 'input') : undefined
  const properties = schema?.['properties']
  if (typeof properties === 'object' && properties !== null) {
    const required = Array.isArray(schema?.['required']) ? schema['required'] : []
    return Object.entries(properties).map(([name, field]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: field,
    }))
  }
  if (place === 'query') return []
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}
