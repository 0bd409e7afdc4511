import { z } from 'zod'

/** What an outside server asks the person whose call it works on, and what they answer. */

const FieldValue = z.union([z.string().max(10_000), z.number(), z.boolean(), z.array(z.string().max(10_000)).max(200)])

export const QuestionField = z.strictObject({
  name: z.string(),
  kind: z.enum(['text', 'number', 'integer', 'yes-no', 'choice', 'choices']),
  title: z.string(),
  description: z.string().nullable(),
  isRequired: z.boolean(),
  format: z.enum(['email', 'uri', 'date', 'date-time']).nullable(),
  /** Of a number its value, of a text its characters, of choices their count. */
  least: z.number().nullable(),
  most: z.number().nullable(),
  options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
  /** Holds for what is left out. */
  standard: FieldValue.nullable(),
})
export type QuestionField = z.infer<typeof QuestionField>

export const Question = z.strictObject({
  /** The connection it comes from, as people call it. */
  from: z.string(),
  message: z.string(),
  fields: z.array(QuestionField),
  /** A page of the server's to go to, instead of fields. */
  url: z.string().nullable(),
})
export type Question = z.infer<typeof Question>

/** `content` by the names of the fields; of a question that has none it is left out. */
export const QuestionAnswer = z.strictObject({
  action: z.enum(['accept', 'decline']),
  content: z.record(z.string().max(300), FieldValue).optional(),
})
export type QuestionAnswer = z.infer<typeof QuestionAnswer>
