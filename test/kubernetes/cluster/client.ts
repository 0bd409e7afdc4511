import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import { runProgram } from '../programs.ts'

/** The namespace that the release is installed in. */
export const NAMESPACE = 'sophia'
/** Labels of a namespace that takes restricted pods alone. */
export const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
}
const PAUSE_MS = 500

/** Who speaks with the cluster as its administrator. */
export interface Client {
  /** Answers what it printed. Rejects with what it said when it ends badly. */
  kubectl(args: readonly string[], input?: string): Promise<string>
  helm(args: readonly string[]): Promise<string>
  /** Objects as JSON, in the namespace. */
  get<T>(shape: z.ZodType<T>, args: readonly string[]): Promise<T>
  /** Makes or changes these objects. */
  apply(...objects: readonly object[]): Promise<string>
}

interface Programs {
  readonly folder: string
  readonly helm: string
  /** Says where the API is, and as whom one comes. */
  readonly kubeconfig: string
}

/** Who works in one namespace. */
export function createClient({ folder, helm, kubeconfig }: Programs, namespace = NAMESPACE): Client {
  async function say(program: string, args: readonly string[], input?: string): Promise<string> {
    const { code, out, err } = await runProgram(program, ['--kubeconfig', kubeconfig, '-n', namespace, ...args], input)
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${err}${out}`)
    return out
  }
  const kubectl: Client['kubectl'] = (args, input) => say(join(folder, 'kubectl'), args, input)
  return {
    kubectl,
    helm: (args) => say(helm, args),
    get: async (shape, args) => shape.parse(JSON.parse(await kubectl(['get', ...args, '-o', 'json']))),
    apply: (...items) => kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })),
  }
}

/** Looks until what is seen is as wanted, and answers it; after the limit fails with what was seen last. */
export async function untilSeen<T>(
  look: () => Promise<T>,
  isWanted: (seen: T) => boolean,
  { what, limitMs }: { readonly what: string; readonly limitMs: number },
): Promise<T> {
  const deadlineMs = performance.now() + limitMs
  for (;;) {
    const seen = await look()
    if (isWanted(seen)) return seen
    if (performance.now() > deadlineMs) throw new Error(`It never came to be that ${what}: ${JSON.stringify(seen)}`)
    await delay(PAUSE_MS)
  }
}
