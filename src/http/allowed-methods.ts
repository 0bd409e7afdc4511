import type { Route } from './route.ts'

/** Tells which methods an address takes: for the difference between a wrong address and a wrong method. */
export function createMethodFinder(routes: readonly Route[]): (path: string) => string[] {
  const known = routes.map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  return (path) => known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
}

function patternOf(path: string): RegExp {
  const steps = path.split('/').map((step) => (step.startsWith(':') ? '[^/]+' : step.replaceAll(/[^\w-]/g, '\\$&')))
  return new RegExp(`^${steps.join('/')}$`)
}
