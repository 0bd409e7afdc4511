import type { ImportPreview } from '#contract/records.ts'
import type { DayOrder } from '../state/import-map.ts'
import type { ImportChoices } from '../state/use-upload.ts'
import { Check, Field, Select } from './field.tsx'
import { Section } from './page.tsx'

/** How a file is read: its day, the order of dates, all or nothing. */
export function ImportOptionsForm({
  preview,
  choices,
  onChange,
  isSample,
}: {
  preview: ImportPreview
  choices: ImportChoices
  onChange: (choices: ImportChoices) => void
  isSample: boolean
}) {
  const set = (change: Partial<ImportChoices>): void => onChange({ ...choices, ...change })
  return (
    <Section title="How to read it">
      <div className="import-options">
        <Field
          label="The file speaks for this day"
          type="date"
          value={choices.asOf}
          onChange={(event) => set({ asOf: event.target.value })}
          hint="Leave empty for today. Ages and “in 12 days” count from it."
        />
        {preview.calls === null ? (
          <Select
            label="Dates like 3/4/2026"
            value={choices.dayOrder}
            options={DAY_ORDERS}
            onChange={(value) => set({ dayOrder: dayOrderOf(value) })}
          />
        ) : null}
        <HowChecks preview={preview} choices={choices} set={set} isSample={isSample} />
      </div>
    </Section>
  )
}

function HowChecks({
  preview,
  choices,
  set,
  isSample,
}: {
  preview: ImportPreview
  choices: ImportChoices
  set: (change: Partial<ImportChoices>) => void
  isSample: boolean
}) {
  return (
    <>
      <Check
        label="All rows or none"
        hint="One faulty row, and nothing is stored."
        checked={choices.isAtomic}
        onChange={(isAtomic) => set({ isAtomic })}
      />
      <Check
        label="Try only"
        hint="Reads everything, reports faults, stores nothing."
        checked={choices.isDryRun}
        onChange={(isDryRun) => set({ isDryRun })}
      />
      {preview.kind === 'deals' ? (
        <Check
          label="List price stands in for a missing value"
          hint="Marked as an estimate wherever it is shown."
          checked={choices.hasListPrice}
          onChange={(hasListPrice) => set({ hasListPrice })}
        />
      ) : null}
      {isSample ? (
        <Check
          label="Remove the sample company first"
          checked={choices.replaceSample}
          onChange={(replaceSample) => set({ replaceSample })}
        />
      ) : null}
    </>
  )
}

const DAY_ORDERS = [
  { value: '', label: 'As the rows suggest' },
  { value: 'month-first', label: 'Month first: March 4' },
  { value: 'day-first', label: 'Day first: 3 April' },
]

function dayOrderOf(value: string): DayOrder {
  return value === 'month-first' || value === 'day-first' ? value : ''
}
