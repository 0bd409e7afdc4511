import { existsSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { SophiaError } from '#domain/errors.ts'
import { createMethodFinder } from './allowed-methods.ts'
import type { Route } from './route.ts'
import { sendProblem } from './answer-error.ts'

const API_PREFIXES = ['/api/', '/v1/', '/mcp', '/metrics', '/health', '/livez', '/readyz', '/openapi.json']

interface WebApp {
  /** Of the built files. */
  readonly folder: string
  /** The API's, to tell a wrong method from a wrong address. */
  readonly routes: readonly Route[]
}

/** Serves the built web app; every address that is not the API's is one of its pages. */
export async function addWebApp(server: FastifyInstance, { folder, routes }: WebApp): Promise<void> {
  const methodsAt = createMethodFinder(routes)
  const hasApp = existsSync(join(folder, 'index.html'))
  if (hasApp) {
    await server.register(staticFiles, {
      root: folder,
      index: false,
      // One route per file that was built: no path from outside ever becomes a path on the disk.
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names under assets/ carry the hash of their content.
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    const methods = methodsAt(path)
    if (methods.length > 0) {
      void reply.header('allow', methods.join(', '))
      sendProblem(
        reply,
        new SophiaError('METHOD_NOT_ALLOWED', { detail: `${path} takes ${methods.join(', ')}.` }),
        request.id,
      )
      return reply
    }
    const isPage =
      request.method === 'GET' && !API_PREFIXES.some((prefix) => path.startsWith(prefix)) && !/\.\w{1,5}$/.test(path)
    if (isPage && hasApp) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    const detail = isPage
      ? 'The web app is not built. Run: npm run build:web'
      : `There is nothing at ${request.method} ${path.slice(0, 200)}.`
    sendProblem(reply, new SophiaError('ROUTE_NOT_FOUND', { detail }), request.id)
    return reply
  })
}
