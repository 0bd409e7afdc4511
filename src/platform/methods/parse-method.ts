import { z } from 'zod'
import { OBJECTION_STEPS, type ObjectionMethod, type ObjectionStep } from '#domain/deal/objection.ts'
import { PERFORMANCE_MEASURES, type PerformanceMeasure } from '#domain/deal/performance.ts'
import { PLAN_WEEKS, type PracticeMethod } from '#domain/deal/skill-plan.ts'
import { parseFrontMatter, type FileFault } from '../front-matter.ts'

export type Parsed<Method> =
  | { readonly kind: 'method'; readonly method: Method }
  | { readonly kind: 'fault'; readonly fault: FileFault }

const id = z.string().regex(/^[a-z][a-z0-9-]{0,49}$/, 'small letters, digits and hyphens')
const line = z.string().trim().min(1).max(300)
const terms = z.array(z.string().trim().min(2).max(80)).max(60)

const ObjectionFields = z.strictObject({
  id,
  kind: id,
  name: line,
  applies: line,
  phrases: terms.min(1),
  words: terms,
})
// The keys of a literal of this very type.
const MEASURES = Object.keys(PERFORMANCE_MEASURES) as PerformanceMeasure[]
const PracticeFields = z.strictObject({ id, name: line, why: line, measures: z.array(z.enum(MEASURES)).min(1) })

/** The headings of an objection's file; each stands for one move of the answer. */
const STEP_HEADINGS: Readonly<Record<string, ObjectionStep>> = {
  Listen: 'listen',
  Acknowledge: 'acknowledge',
  'Question deeper': 'question',
  Reframe: 'reframe',
  Evidence: 'evidence',
}

/** The text of a file about one kind of objection, or its first fault with the line. Pure. */
export function parseObjectionMethod(text: string): Parsed<ObjectionMethod> {
  const front = parseFrontMatter(text, ObjectionFields, 'five moves under their headings')
  if (front.kind === 'fault') return front
  const steps: Partial<Record<ObjectionStep, string>> = {}
  for (const section of sectionsOf(front.body, front.bodyLine)) {
    const step = Object.hasOwn(STEP_HEADINGS, section.title) ? STEP_HEADINGS[section.title] : undefined
    if (step === undefined)
      return fault(section.line, `Heading "${section.title}" is not one of ${Object.keys(STEP_HEADINGS).join(', ')}.`)
    if (section.text === '') return fault(section.line, `Nothing stands under "${section.title}".`)
    steps[step] = section.text
  }
  const { listen, acknowledge, question, reframe, evidence } = steps
  if (!listen || !acknowledge || !question || !reframe || !evidence) {
    const missing = Object.keys(STEP_HEADINGS).filter((heading) => !steps[STEP_HEADINGS[heading] ?? 'listen'])
    return fault(front.bodyLine, `The heading "${missing[0] ?? OBJECTION_STEPS[0]}" is missing.`)
  }
  return { kind: 'method', method: { ...front.fields, steps: { listen, acknowledge, question, reframe, evidence } } }
}

/** The text of a file of exercises, or its first fault with the line. Pure. */
export function parsePracticeMethod(text: string): Parsed<PracticeMethod> {
  const front = parseFrontMatter(text, PracticeFields, 'six weeks under their headings')
  if (front.kind === 'fault') return front
  const sections = sectionsOf(front.body, front.bodyLine)
  for (const [index, section] of sections.entries()) {
    if (!section.title.startsWith(`Week ${index + 1}: `))
      return fault(section.line, `The heading must begin with "Week ${index + 1}: ".`)
    if (section.text === '') return fault(section.line, `Nothing stands under "${section.title}".`)
  }
  if (sections.length !== PLAN_WEEKS)
    return fault(front.bodyLine, `There are ${sections.length} weeks; a plan has ${PLAN_WEEKS}.`)
  const weeks = sections.map(({ title, text: exercise }) => ({ title: title.replace(/^Week \d+: /, ''), exercise }))
  return { kind: 'method', method: { ...front.fields, weeks } }
}

function fault(at: number, reason: string): { readonly kind: 'fault'; readonly fault: FileFault } {
  return { kind: 'fault', fault: { line: at, reason } }
}

interface Section {
  readonly title: string
  readonly text: string
  readonly line: number
}

/** The body cut at its `##` headings; lines of a paragraph become one. */
function sectionsOf(body: string, firstLine: number): Section[] {
  const lines = body.split('\n')
  const starts = lines.flatMap((text, index) => (text.startsWith('## ') ? [index] : []))
  return starts.map((start, index) => ({
    title: (lines[start] ?? '').slice(3).trim(),
    text: lines
      .slice(start + 1, starts[index + 1])
      .join('\n')
      .trim()
      .replaceAll(/(?<!\n)\n(?!\n|- )/g, ' '),
    line: firstLine + start,
  }))
}
