import { isDay } from './day.ts'
import type { FieldFault } from './errors.ts'

/** What a field of a question takes. `choices`: any number of the options. */
export const FIELD_KINDS = ['text', 'number', 'integer', 'yes-no', 'choice', 'choices'] as const
export const TEXT_FORMATS = ['email', 'uri', 'date', 'date-time'] as const

export type FieldValue = string | number | boolean | readonly string[]

export interface QuestionField {
  readonly name: string
  readonly kind: (typeof FIELD_KINDS)[number]
  readonly title: string
  readonly description: string | null
  readonly isRequired: boolean
  /** Of a text. */
  readonly format: (typeof TEXT_FORMATS)[number] | null
  /** Of a number its value, of a text its characters, of choices their count. */
  readonly least: number | null
  readonly most: number | null
  readonly options: readonly { readonly value: string; readonly label: string }[]
  /** What stands there before anything was typed, and holds for what is left out. */
  readonly standard: FieldValue | null
}

/** What an outside server asks the person whose call it is working on. Its words are its own, not Sophia's. */
export interface Question {
  readonly message: string
  readonly fields: readonly QuestionField[]
  /** A page of the server's where the person does something, instead of fields. */
  readonly url: string | null
}

export type AnswerContent = Readonly<Record<string, FieldValue>>

/** `cancel`: nobody said yes or no in time. */
export type QuestionReply =
  | { readonly action: 'accept'; readonly content: AnswerContent }
  | { readonly action: 'decline' | 'cancel' }

/** How far a long call has come, in the server's own units. */
export interface CallProgress {
  readonly progress: number
  readonly total: number | null
  readonly message: string | null
}

/** The person whose call a tool works on, as the tool reaches them. */
export interface CallPerson {
  onProgress(progress: CallProgress): void
  /** Waits for their answer; the signal withdraws the question. `from`: the connection, as people call it. */
  ask(question: Question & { readonly from: string }, signal: AbortSignal): Promise<QuestionReply>
}

/** With the standards for what was left out or left empty. */
export function withStandards(fields: readonly QuestionField[], content: AnswerContent): AnswerContent {
  const filled: Record<string, FieldValue> = {}
  for (const { name, standard } of fields) {
    const given = content[name]
    const value = given === undefined || given === '' ? standard : given
    if (value !== null && value !== undefined) filled[name] = value
  }
  return filled
}

/** What is wrong with an answer, field by field; empty when nothing is. */
export function checkAnswer(fields: readonly QuestionField[], content: AnswerContent): FieldFault[] {
  const known = new Set(fields.map(({ name }) => name))
  const foreign = Object.keys(content).filter((name) => !known.has(name))
  return [
    ...foreign.map((path) => ({ path, message: 'was not asked for' })),
    ...fields.flatMap((field) => {
      const message = faultOf(field, content[field.name])
      return message === null ? [] : [{ path: field.name, message }]
    }),
  ]
}

function faultOf(field: QuestionField, value: FieldValue | undefined): string | null {
  if (value === undefined) return field.isRequired ? 'is needed' : null
  return CHECKS[field.kind](field, value)
}

type Check = (field: QuestionField, value: FieldValue) => string | null

const checkNumber: Check = (field, value) =>
  typeof value === 'number' && Number.isFinite(value) ? numberFault(field, value) : 'has to be a number'

const CHECKS: Readonly<Record<QuestionField['kind'], Check>> = {
  text: (field, value) => (typeof value === 'string' ? textFault(field, value) : 'has to be text'),
  number: checkNumber,
  integer: checkNumber,
  'yes-no': (_field, value) => (typeof value === 'boolean' ? null : 'has to be yes or no'),
  choice: (field, value) => (isOption(field, value) ? null : 'has to be one of the choices'),
  choices: (field, value) => {
    const isChoice = Array.isArray(value) && value.every((one) => isOption(field, one))
    return isChoice ? boundsFault(field, value.length, 'choices') : 'has to be some of the choices'
  },
}

function isOption({ options }: QuestionField, value: unknown): boolean {
  return options.some((option) => option.value === value)
}

function textFault(field: QuestionField, text: string): string | null {
  if (field.isRequired && text.trim() === '') return 'is needed'
  const isRight = field.format === null || FORMATS[field.format].holds(text)
  return isRight ? boundsFault(field, Array.from(text).length, 'characters') : FORMATS[field.format].fault
}

function numberFault(field: QuestionField, value: number): string | null {
  if (field.kind === 'integer' && !Number.isInteger(value)) return 'has to be a whole number'
  return boundsFault(field, value, null)
}

function boundsFault({ least, most }: QuestionField, value: number, unit: string | null): string | null {
  const words = unit === null ? '' : ` ${unit}`
  if (least !== null && value < least) return `has to be at least ${least}${words}`
  return most !== null && value > most ? `has to be at most ${most}${words}` : null
}

const FORMATS: Readonly<Record<(typeof TEXT_FORMATS)[number], { holds(text: string): boolean; fault: string }>> = {
  email: { holds: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text), fault: 'has to be an e-mail address' },
  uri: { holds: (text) => URL.canParse(text), fault: 'has to be an address such as https://example.com' },
  date: { holds: isDay, fault: 'has to be a day such as 2026-11-30' },
  'date-time': {
    holds: (text) => /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text)),
    fault: 'has to be a time such as 2026-11-30T09:00:00Z',
  },
}
