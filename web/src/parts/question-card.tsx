import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { QuestionAnswer, QuestionField } from '#contract/questions.ts'
import type { AssembledQuestion } from '#contract/turn-assembly.ts'
import { toApiProblem } from '../api/api-problem.ts'
import { command } from '../api/client.ts'
import { contentOf, hintOf, inputTypeOf, typedOf, type Typed } from '../state/question-form.ts'
import { useMay } from '../state/use-me.ts'
import { useTimeLeft } from '../state/use-time-left.ts'
import { durationWords, exactTime } from '../state/words.ts'
import { Button } from './button.tsx'
import { Check, Field, Select } from './field.tsx'
import { Problem } from './states.tsx'

interface CardProps {
  turnId: string
  question: AssembledQuestion
}

/** What a connection asks in the midst of a call: its own words, marked as such, and the fields it wants filled. */
export function QuestionCard({ turnId, question }: CardProps) {
  const [typed, setTyped] = useState(() => typedOf(question.fields))
  const mayAnswer = useMay('mcp:call')
  const answer = useMutation({
    mutationFn: (json: QuestionAnswer) =>
      command(`/api/turns/${turnId}/questions/${question.questionId}`, { method: 'POST', json }),
  })
  const faults = answer.isError ? faultsOf(answer.error) : {}
  const isAnswered = answer.isPending || answer.isSuccess
  return (
    <form
      className="approval form"
      aria-label={`${question.from} asks`}
      onSubmit={(event) => {
        event.preventDefault()
        const content = contentOf(question.fields, typed)
        answer.mutate(question.url === null ? { action: 'accept', content } : { action: 'accept' })
      }}
    >
      <p className="approval-title">{question.from} asks</p>
      <p className="question-words">{question.message}</p>
      <p className="small quiet">
        This comes from the connection, not from Sophia. What you send goes to it. Never type a password here.
      </p>
      {question.fields.map((field) => (
        <AskedField
          key={field.name}
          field={field}
          typed={typed}
          fault={faults[field.name]}
          onChange={(value) => setTyped({ ...typed, [field.name]: value })}
        />
      ))}
      {question.url === null ? null : <PageToOpen url={question.url} />}
      {answer.isError && Object.keys(faults).length === 0 ? <Problem thrown={answer.error} /> : null}
      <div className="actions">
        {mayAnswer ? (
          <>
            <Button type="submit" look="accent" icon="check" disabled={isAnswered} isBusy={answer.isPending}>
              {question.url === null ? 'Send' : 'I have done it'}
            </Button>
            <Button disabled={isAnswered} onClick={() => answer.mutate({ action: 'decline' })}>
              Decline
            </Button>
          </>
        ) : null}
        <TimeLeft expiresAt={question.expiresAt} />
      </div>
    </form>
  )
}

function TimeLeft({ expiresAt }: { expiresAt: string }) {
  const leftMs = useTimeLeft(expiresAt) ?? 0
  return (
    <span className="quiet small tabular" title={exactTime(expiresAt)}>
      {leftMs <= 0 ? 'Nobody answered in time.' : `Stands for another ${durationWords(leftMs)}`}
    </span>
  )
}

/** The whole address is shown, and nothing is opened by itself. */
function PageToOpen({ url }: { url: string }) {
  const { host } = new URL(url)
  return (
    <div className="question-page">
      <p className="approval-exact">{url}</p>
      <a className="button" href={url} target="_blank" rel="noopener noreferrer nofollow">
        Open the page at {host}
      </a>
    </div>
  )
}

interface FieldProps {
  field: QuestionField
  typed: Typed
  fault: string | undefined
  onChange: (value: Typed[string]) => void
}

function AskedField({ field, typed, fault, onChange }: FieldProps) {
  const value = typed[field.name]
  const hint = fault === undefined ? hintOf(field) : <span className="risk-text">{sentenceOf(field.title, fault)}</span>
  if (field.kind === 'yes-no')
    return <Check label={field.title} hint={hintOf(field)} checked={value === true} onChange={onChange} />
  if (field.kind === 'choices')
    return <Choices field={field} chosen={Array.isArray(value) ? value : []} hint={hint} onChange={onChange} />
  const text = typeof value === 'string' ? value : ''
  if (field.kind === 'choice') {
    const none = { value: '', label: field.isRequired ? 'Choose' : 'Nothing' }
    const options = [none, ...field.options]
    return <Select label={field.title} value={text} options={options} hint={hint} onChange={onChange} />
  }
  return (
    <Field
      label={field.title}
      type={inputTypeOf(field)}
      step={field.kind === 'number' ? 'any' : undefined}
      value={text}
      required={field.isRequired}
      autoComplete="off"
      hint={hint}
      aria-invalid={fault !== undefined}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

interface ChoicesProps {
  field: QuestionField
  chosen: readonly string[]
  hint: React.ReactNode
  onChange: (value: readonly string[]) => void
}

function Choices({ field, chosen, hint, onChange }: ChoicesProps) {
  const id = useId()
  return (
    <fieldset className="field question-choices" aria-describedby={`${id}-hint`}>
      <legend>{field.title}</legend>
      {field.options.map(({ value, label }) => (
        <Check
          key={value}
          label={label}
          checked={chosen.includes(value)}
          onChange={(isChosen) => onChange(isChosen ? [...chosen, value] : chosen.filter((one) => one !== value))}
        />
      ))}
      <p id={`${id}-hint`} className="field-hint">
        {hint}
      </p>
    </fieldset>
  )
}

function faultsOf(thrown: unknown): Readonly<Record<string, string>> {
  const { errors } = toApiProblem(thrown)
  return Object.fromEntries(errors.map(({ path, message }) => [path.replace(/^content\./, ''), message]))
}

function sentenceOf(title: string, fault: string): string {
  return `${title} ${fault}.`
}
