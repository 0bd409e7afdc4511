import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useLocation, useSearch } from 'wouter'
import { skillQuery } from '../api/queries.ts'
import { useAnswerReader } from './answer-reader.ts'
import { SkillPanel } from './skill-panel.tsx'

export interface SkillTab {
  /** Stands in the address, so that a link opens the same tab. */
  readonly name: string
  readonly label: string
  readonly persona: string
  readonly skill: string
  readonly input: Readonly<Record<string, unknown>>
}

interface SkillTabsProps {
  label: string
  tabs: readonly SkillTab[]
  /** What stands under the tabs: drawn after the first skill, which would push it away otherwise. */
  children?: ReactNode
}

/** Skills side by side; each runs when its tab is first opened. */
export function SkillTabs({ label, tabs, children }: SkillTabsProps) {
  const asked = new URLSearchParams(useSearch()).get('tab')
  const [path, go] = useLocation()
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const [isDrawn, setDrawn] = useState(false)
  /** Of the panel before, held until the next one is drawn: what stands under it moves once, not twice. */
  const [heldHeight, setHeldHeight] = useState<number>()
  const onDrawn = useCallback(() => {
    setDrawn(true)
    setHeldHeight(undefined)
  }, [])
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.name === asked),
  )
  const chosen = tabs[at]
  const open = (index: number): void => {
    const tab = tabs[(index + tabs.length) % tabs.length]
    if (!tab) return
    if (tab.name !== chosen?.name) setHeldHeight(panel.current?.offsetHeight)
    go(`${path}?tab=${tab.name}`, { replace: true })
  }
  if (!chosen) return null
  return (
    <>
      <div className={isDrawn ? 'skill-tabs' : 'skill-tabs is-waiting'}>
        <TabList id={id} label={label} tabs={tabs} at={at} open={open} />
        <div
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${chosen.name}`}
          ref={panel}
          style={heldHeight === undefined ? {} : { minHeight: heldHeight }}
        >
          <TabSkill key={chosen.name} tab={chosen} onDrawn={onDrawn} />
        </div>
      </div>
      {isDrawn ? children : null}
    </>
  )
}

interface TabListProps {
  id: string
  label: string
  tabs: readonly SkillTab[]
  at: number
  open: (index: number) => void
}

function TabList({ id, label, tabs, at, open }: TabListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // On a phone a link may open a tab that stands outside the row.
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected=true]')
    if (tab && list.current) list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.clientWidth) / 2
  }, [at])
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    open(at + step)
    const next =
      list.current?.querySelectorAll<HTMLButtonElement>('[role=tab]')[(at + step + tabs.length) % tabs.length]
    next?.focus()
  }
  return (
    <div className="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={onKey}>
      {tabs.map((tab, index) => (
        <button
          key={tab.name}
          type="button"
          role="tab"
          id={`${id}-${tab.name}`}
          aria-selected={index === at}
          aria-controls={`${id}-panel`}
          tabIndex={index === at ? 0 : -1}
          className="tab"
          onClick={() => open(index)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  )
}

function TabSkill({ tab, onDrawn }: { tab: SkillTab; onDrawn: () => void }) {
  const run = useQuery(skillQuery(tab.persona, tab.skill, tab.input))
  const Reader = useAnswerReader()
  const isDrawn = run.isPaused || (!run.isPending && Reader !== null)
  useEffect(() => {
    if (isDrawn) onDrawn()
  }, [isDrawn, onDrawn])
  return <SkillPanel title={tab.label} run={run} />
}
