import type { Question, QuestionAnswer, QuestionField } from '#contract/questions.ts'
import { withoutControls } from '#platform/log/without-controls.ts'

type Value = NonNullable<QuestionAnswer['content']>[string]
/** Undefined: the person left. */
type Ask = (prompt: string) => Promise<string | undefined>

const DECLINE: QuestionAnswer = { action: 'decline' }

/** Puts a server's question to the person at the terminal, field by field. What they leave declines it. */
export async function answerAtTerminal(question: Question, ask: Ask): Promise<QuestionAnswer> {
  const head = withoutControls(`"${question.from}" asks: ${question.message}`)
  const page = question.url === null ? '' : `\n  ${withoutControls(question.url)}`
  const word = question.url === null ? 'Answer' : 'Have you opened the page and is the connection to go on'
  const isWanted = await ask(`\n${head}${page}\n${word}? [y/N] `)
  if (!/^y(es)?$/i.test(isWanted?.trim() ?? '')) return DECLINE
  const content: Record<string, Value> = {}
  for (const field of question.fields) {
    // oxlint-disable-next-line no-await-in-loop
    const line = await ask(promptOf(field))
    if (line === undefined) return DECLINE
    const value = valueOf(field, line.trim())
    if (value !== undefined) content[field.name] = value
  }
  return { action: 'accept', content }
}

function promptOf({ title, kind, options, standard, isRequired }: QuestionField): string {
  const choices = options.map(({ value, label }) => (value === label ? value : `${value}: ${label}`)).join(', ')
  const hints = [
    kind === 'yes-no' ? 'y/n' : '',
    choices,
    kind === 'choices' ? 'several with commas' : '',
    standard === null ? '' : `empty: ${String(standard)}`,
    isRequired || standard !== null ? '' : 'may stay empty',
  ].filter((hint) => hint !== '')
  return withoutControls(`  ${title}${hints.length === 0 ? '' : ` (${hints.join('; ')})`}: `)
}

/** As typed; what is not right is told by the server's own fields when the answer is given. */
function valueOf({ kind }: QuestionField, line: string): Value | undefined {
  if (line === '') return undefined
  switch (kind) {
    case 'yes-no':
      return /^y(es)?$/i.test(line)
    case 'number':
    case 'integer':
      return Number.isNaN(Number(line)) ? line : Number(line)
    case 'choices':
      return line.split(',').map((part) => part.trim())
    case 'text':
    case 'choice':
      return line
  }
}
