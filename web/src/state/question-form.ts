import type { QuestionAnswer, QuestionField } from '#contract/questions.ts'

type Content = NonNullable<QuestionAnswer['content']>
/** What stands in the fields of a question, all as typed. */
export type Typed = Readonly<Record<string, string | boolean | readonly string[]>>

export function typedOf(fields: readonly QuestionField[]): Typed {
  return Object.fromEntries(fields.map((field) => [field.name, startOf(field)]))
}

function startOf({ kind, standard }: QuestionField): Typed[string] {
  if (kind === 'yes-no') return standard === true
  if (kind === 'choices') return Array.isArray(standard) ? standard : []
  return standard === null ? '' : String(standard)
}

/** What is sent: numbers as numbers, times with their zone; what stays empty is left out. */
export function contentOf(fields: readonly QuestionField[], typed: Typed): Content {
  const content: Content = {}
  for (const field of fields) {
    const value = valueOf(field, typed[field.name])
    if (value !== undefined) content[field.name] = value
  }
  return content
}

function valueOf({ kind, format }: QuestionField, typed: Typed[string] | undefined): Content[string] | undefined {
  if (typeof typed !== 'string') return typeof typed === 'object' ? [...typed] : typed
  if (typed === '') return undefined
  if (kind === 'number' || kind === 'integer') return Number.isNaN(Number(typed)) ? typed : Number(typed)
  // The browser's field knows no zone: it is the person's own.
  if (format === 'date-time' && !Number.isNaN(Date.parse(typed))) return new Date(typed).toISOString()
  return typed
}

const INPUT_TYPES = { email: 'email', uri: 'url', date: 'date', 'date-time': 'datetime-local' } as const

export function inputTypeOf({ kind, format }: QuestionField): string {
  if (kind === 'number' || kind === 'integer') return 'number'
  return format === null ? 'text' : INPUT_TYPES[format]
}

/** What a field asks for, in the words below it. */
export function hintOf({ description, isRequired, kind, least, most }: QuestionField): string {
  const unit = { text: ' characters', choices: ' choices' }[kind as string] ?? ''
  const bounds = [
    least === null || (kind === 'text' && least <= 1) ? '' : `at least ${least}${unit}`,
    most === null ? '' : `at most ${most}${unit}`,
  ].filter((part) => part !== '')
  const sentences = [
    description ?? '',
    bounds.length === 0 ? '' : sentence(bounds.join(', ')),
    isRequired || kind === 'yes-no' ? '' : 'May stay empty.',
  ]
  return sentences.filter((part) => part !== '').join(' ')
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
