import type { CallsPreview } from '#contract/call-preview.ts'
import type { CallChoices } from '../state/import-map.ts'
import { longDay, plural } from '../state/words.ts'
import { Field } from './field.tsx'
import { Section } from './page.tsx'

/** How the calls of a file are understood, and what has to be told of them. */
export function ImportCalls({
  calls,
  told,
  onTell,
}: {
  calls: CallsPreview
  told: CallChoices
  onTell: (told: CallChoices) => void
}) {
  return (
    <>
      <Section title="How it is understood" note={countWords(calls)}>
        <ul className="import-calls">
          {calls.calls.map((call) => (
            <UnderstoodCall key={call.line} call={call} />
          ))}
          {calls.faults.map(({ line, reason }) => (
            <li key={`fault ${line}`} className="small">
              Line {line}: {reason}
            </li>
          ))}
        </ul>
      </Section>
      <Section title="What the file does not say" note="What it says of itself stays as it is.">
        <ToldFields calls={calls} told={told} onTell={onTell} />
      </Section>
    </>
  )
}

function UnderstoodCall({ call }: { call: CallsPreview['calls'][number] }) {
  const facts = [
    call.onDay === null ? 'no day' : longDay(call.onDay),
    call.speakers.length === 0 ? 'no speakers named' : call.speakers.join(', '),
    plural(call.turns, 'turn'),
    ...[call.deal, call.client, call.rep].filter((name) => name !== null),
  ]
  return (
    <li>
      <p>{call.title ?? 'Without a title'}</p>
      <p className="quiet small">{facts.join(' · ')}</p>
      {call.opening.map((words, index) => (
        // the same words may open two turns; their place tells them apart
        <p key={index} className="quiet small truncate">
          {words}
        </p>
      ))}
    </li>
  )
}

function ToldFields({
  calls,
  told,
  onTell,
}: {
  calls: CallsPreview
  told: CallChoices
  onTell: (told: CallChoices) => void
}) {
  const set = (change: Partial<CallChoices>): void => onTell({ ...told, ...change })
  const isDayless = calls.isExcerpt || calls.calls.some((call) => call.onDay === null)
  return (
    <div className="import-options">
      {isDayless ? (
        <Field
          label="Held on"
          type="date"
          value={told.on}
          onChange={(event) => set({ on: event.target.value })}
          hint="The day of the call; promises such as “by Friday” count from it."
        />
      ) : null}
      <Field
        label="Deal"
        value={told.deal}
        maxLength={200}
        onChange={(event) => set({ deal: event.target.value })}
        hint="By id or name. Its follow-up and promises go with it."
      />
      <Field
        label="Client"
        value={told.client}
        maxLength={200}
        onChange={(event) => set({ client: event.target.value })}
        hint="Where no deal is meant."
      />
      <Field
        label="Led by"
        value={told.rep}
        maxLength={200}
        onChange={(event) => set({ rep: event.target.value })}
        hint="Who of ours led it, by id or name."
      />
      {calls.count <= 1 ? (
        <Field
          label="Title"
          value={told.title}
          maxLength={200}
          onChange={(event) => set({ title: event.target.value })}
          hint="Empty: the title in the file, else its name."
        />
      ) : null}
    </div>
  )
}

function countWords(calls: CallsPreview): string {
  if (calls.isExcerpt && calls.count === 0) return 'Too long to look into beforehand; it is read when it is imported'
  return `${plural(calls.count, 'call')}${calls.isExcerpt ? ' in the first megabyte' : ''}`
}
