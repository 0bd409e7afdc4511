import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { CalendarFile } from '#contract/calendar.ts'
import { calendarFileQuery } from '../api/calendar-queries.ts'
import { includePack, includesPack, PACKS } from '../state/calendar-draft.ts'
import { lineOf, mend, placeOf, type Fault } from '../state/calendar-faults.ts'
import type { Reader } from '../state/calendar-words.ts'
import { plural } from '../state/words.ts'
import { useCalendarCheck, useCalendarDraft, useSaveCalendar } from '../state/use-calendar-file.ts'
import { Button } from './button.tsx'
import { CalendarCheckView } from './calendar-check.tsx'
import { FreezeNotice } from './freeze-notice.tsx'
import { CalendarText, type CalendarTextHandle } from './calendar-text.tsx'
import { Loaded, Problem } from './states.tsx'

/** The file that says what the calendar is, with what is wrong with it and what a change would change. */
export function CalendarEditor({ reader }: { reader: Reader }) {
  const file = useQuery(calendarFileQuery)
  return (
    <Loaded asked={file} lines={12}>
      {(found) => <Editor file={found} reader={reader} />}
    </Loaded>
  )
}

function Editor({ file, reader }: { file: CalendarFile; reader: Reader }) {
  const { text, isChanged, isOvertaken, write, giveUp } = useCalendarDraft(file)
  const { check, isCurrent } = useCalendarCheck(text)
  const [isSaved, setSaved] = useState(false)
  const area = useRef<CalendarTextHandle>(null)
  const save = useSaveCalendar(() => {
    giveUp()
    setSaved(true)
  })
  const change = (next: string): void => {
    setSaved(false)
    save.reset()
    write(next)
  }
  const faults = check.data?.faults ?? []
  const show = (fault: Fault): void => {
    const place = placeOf(text, fault)
    if (place) area.current?.select(place.start, place.end)
  }
  return (
    <div className="calendar-editor">
      <div className="calendar-write">
        <EditorNotes file={file} isOvertaken={isOvertaken} onTakeFile={giveUp} />
        <FreezeNotice sentences={file.warnings} reader={reader} />
        <CalendarText
          ref={area}
          text={text}
          faultLines={faults.flatMap((fault) => lineOf(text, fault) ?? [])}
          onChange={change}
        />
        {save.isError ? <Problem thrown={save.error} kept="Nothing was saved. Your text is still here." /> : null}
        <SaveBar
          isChanged={isChanged}
          isSaved={isSaved}
          isBusy={save.isPending}
          faults={faults.length}
          onSave={() => save.mutate(text)}
          onDiscard={giveUp}
        />
        <Packs text={text} onChange={change} />
      </div>
      <CalendarCheckView
        check={check}
        isCurrent={isCurrent}
        isChanged={isChanged}
        reader={reader}
        lineOf={(fault) => lineOf(text, fault)}
        isMendable={(fault) => mend(text, fault) !== null}
        onShow={show}
        onMend={(fault) => {
          const mended = mend(text, fault)
          if (mended !== null) change(mended)
        }}
      />
    </div>
  )
}

interface Standing {
  isChanged: boolean
  isSaved: boolean
  faults: number
}

function SaveBar({
  isBusy,
  onSave,
  onDiscard,
  ...standing
}: Standing & { isBusy: boolean; onSave: () => void; onDiscard: () => void }) {
  const { isChanged, faults } = standing
  return (
    <div className="actions">
      <Button look="accent" disabled={!isChanged || faults > 0} isBusy={isBusy} onClick={onSave}>
        Save
      </Button>
      <Button disabled={!isChanged} onClick={onDiscard}>
        Discard changes
      </Button>
      <span className="small quiet" role="status">
        {standingWords(standing)}
      </span>
    </div>
  )
}

function standingWords({ isChanged, isSaved, faults }: Standing): string {
  if (!isChanged) return isSaved ? 'Saved and in force.' : ''
  if (faults === 0) return 'Not saved yet; kept in this tab.'
  return `${plural(faults, 'fault')} to mend before it can be saved; kept in this tab.`
}

interface NotesProps {
  file: CalendarFile
  isOvertaken: boolean
  onTakeFile: () => void
}

function EditorNotes({ file, isOvertaken, onTakeFile }: NotesProps) {
  return (
    <>
      <p className="small quiet calendar-note">
        {file.isShipped
          ? 'This is the text that ships with Sophia. Saving makes a file of your own of it, which then holds instead. '
          : 'This is the text of your own file. '}
        It lies where the operator says with <code>SOPHIA_CALENDAR_FILE</code>, by default <code>calendar.yaml</code> in
        the home of Sophia, and may be changed there as well.
      </p>
      {isOvertaken ? (
        <div className="notice" role="status">
          <p>The file was changed elsewhere since you began. Saving puts your text in place of it.</p>
          <Button onClick={onTakeFile}>Take the file as it is now</Button>
        </div>
      ) : null}
    </>
  )
}

function Packs({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const offered = PACKS.filter(({ name }) => !includesPack(text, name))
  if (offered.length === 0) return null
  return (
    <ul className="calendar-packs">
      {offered.map(({ name, label, says }) => (
        <li key={name}>
          <p className="small">
            <strong>{label} pack:</strong> {says}.
          </p>
          <Button icon="plus" onClick={() => onChange(includePack(text, name))}>
            Add <code>include: [{name}]</code>
          </Button>
        </li>
      ))}
    </ul>
  )
}
