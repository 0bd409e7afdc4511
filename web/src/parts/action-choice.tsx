import { actionGroups } from '../state/action-words.ts'
import { useMe } from '../state/use-me.ts'
import { plural } from '../state/words.ts'
import { Check, Select } from './field.tsx'

const REACH = [
  { value: 'all', label: 'Everything you may do' },
  { value: 'some', label: 'Only what you choose' },
]

interface ActionChoiceProps {
  /** null: everything its member may do. */
  chosen: readonly string[] | null
  onChange: (chosen: readonly string[] | null) => void
}

/** What a key may do: everything by default, or the actions ticked, of those one may take oneself. */
export function ActionChoice({ chosen, onChange }: ActionChoiceProps) {
  const me = useMe()
  return (
    <>
      <Select
        label="May do"
        value={chosen === null ? 'all' : 'some'}
        options={REACH}
        onChange={(reach) => onChange(reach === 'all' ? null : [])}
        hint={hintOf(chosen)}
      />
      {chosen === null ? null : (
        <div className="choices">
          {actionGroups(me.actions).map((group) => (
            <fieldset key={group.title} className="choice-group">
              <legend>{group.title}</legend>
              {group.choices.map(({ action, words }) => (
                <Check
                  key={action}
                  label={words}
                  checked={chosen.includes(action)}
                  onChange={(isOn) => onChange(isOn ? [...chosen, action] : chosen.filter((one) => one !== action))}
                />
              ))}
            </fieldset>
          ))}
        </div>
      )}
    </>
  )
}

function hintOf(chosen: readonly string[] | null): string {
  if (chosen === null) return 'A key for one purpose is safer when it can do only that.'
  return chosen.length === 0 ? 'Choose at least one.' : `${plural(chosen.length, 'thing')} chosen.`
}
