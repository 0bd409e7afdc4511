import type { OperationsReport } from '#contract/watch.ts'
import { labelWords } from './words.ts'

export type Change = OperationsReport['changes'][number]

const DONE: Readonly<Record<string, string>> = {
  'budget.change': 'Daily limits were set',
  'cache.invalidate': 'The cache was let forget',
  'calendar.save': 'The business calendar was saved',
  'drill.run': 'A drill was asked for',
  'mcp.add': 'A connection was added',
  'mcp.approve': 'Tools of a connection were approved',
  'mcp.change': 'A connection was changed',
  'mcp.remove': 'A connection was removed',
  'persona:activate': 'A version of a colleague was put in force',
  'sync.change': 'A sync was changed',
  'sync.create': 'A sync was set up',
  'sync.remove': 'A sync was removed',
}

/** What was changed, for somebody who asks why something is another since then. */
export function changeWords({ kind, subject, by }: Change): { readonly says: string; readonly by: string | null } {
  if (kind === 'started') return { says: `A process of version ${subject} began`, by }
  if (kind === 'stopped') return { says: `A process of version ${subject} left`, by }
  if (kind === 'schema') return { says: `The database went to schema ${subject}`, by }
  if (kind === 'changed') return { says: inForceWords(subject), by }
  const [action = '', about] = subject.split(' ', 2)
  const says = DONE[action] ?? labelWords(action)
  return { says: about === undefined ? says : `${says}: ${about}`, by }
}

function inForceWords(subject: string): string {
  const [kind, name] = subject.split(' ', 2)
  if (kind === 'setting' && name !== undefined) return `${name} has another value`
  if (kind === 'persona' && name !== undefined) return `${labelWords(name)} answers by another version`
  if (subject === 'calendar') return 'The business calendar was changed in its file'
  return `${subject} was changed`
}
