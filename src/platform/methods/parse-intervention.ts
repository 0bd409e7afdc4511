import { z } from 'zod'
import { INTERVENTION_TRIGGERS, type InterventionMethod } from '#domain/client/intervention.ts'
import { parseFrontMatter } from '../front-matter.ts'
import type { Parsed } from './parse-method.ts'

const MAX_STEPS = 8

const InterventionFields = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,49}$/, 'small letters, digits and hyphens'),
  title: z.string().trim().min(1).max(200),
  triggers: z.array(z.enum(INTERVENTION_TRIGGERS)).min(1),
})

/** The text of a file about stepping in, or its first fault with the line: what it is about, then numbered steps. Pure. */
export function parseInterventionMethod(text: string): Parsed<InterventionMethod> {
  const front = parseFrontMatter(text, InterventionFields, 'a paragraph on the approach and numbered steps')
  if (front.kind === 'fault') return front
  const lines = front.body.split('\n')
  const first = lines.findIndex((line) => /^\d+\. /.test(line))
  if (first < 0) return fault(front.bodyLine, 'There are no steps: write them as "1. ...", "2. ...".')
  const approach = joined(lines.slice(0, first))
  if (approach === '')
    return fault(front.bodyLine, 'Nothing stands before the steps: say what this way of stepping in is about.')
  const steps: string[] = []
  for (const [index, line] of lines.slice(first).entries()) {
    const numbered = /^(\d+)\. +(\S.*)$/.exec(line)
    if (numbered !== null) {
      if (Number(numbered[1]) !== steps.length + 1)
        return fault(front.bodyLine + first + index, `This step must have the number ${steps.length + 1}.`)
      steps.push(numbered[2] ?? '')
    } else if (line.trim() !== '') {
      steps.push(joined([steps.pop() ?? '', line]))
    }
  }
  if (steps.length > MAX_STEPS)
    return fault(front.bodyLine + first, `There are ${steps.length} steps; at most ${MAX_STEPS}.`)
  return { kind: 'method', method: { ...front.fields, approach, steps } }
}

function fault(line: number, reason: string): Extract<Parsed<InterventionMethod>, { kind: 'fault' }> {
  return { kind: 'fault', fault: { line, reason } }
}

function joined(lines: readonly string[]): string {
  return lines.join(' ').replaceAll(/\s+/g, ' ').trim()
}
