import { useEffect, useRef } from 'react'

export type KeyMap = Readonly<Record<string, () => void>>

/** In the order in which they came; the newest is asked first, so that Escape closes the sheet on top. */
const listening: ((event: KeyboardEvent) => void)[] = []

function tell(event: KeyboardEvent): void {
  for (const listen of listening.toReversed()) listen(event)
}

/**
 * Page-wide shortcuts. `mod+k` is Ctrl or Command with K and works everywhere; plain keys and `g d` sequences are silent
 * while someone types or a dialog is open.
 */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let before = ''
    const onKey = (event: KeyboardEvent): void => {
      const name = nameOf(event)
      if (name === null) return
      const isFree = name.startsWith('mod+') || !isTyping(event.target)
      const run = isFree ? (latest.current[`${before} ${name}`] ?? latest.current[name]) : undefined
      before = name
      if (!run) return
      event.preventDefault()
      run()
    }
    if (listening.length === 0) window.addEventListener('keydown', tell)
    listening.push(onKey)
    return () => {
      listening.splice(listening.indexOf(onKey), 1)
      if (listening.length === 0) window.removeEventListener('keydown', tell)
    }
  }, [])
}

function nameOf(event: KeyboardEvent): string | null {
  if (event.defaultPrevented || event.altKey || ['Shift', 'Control', 'Meta'].includes(event.key)) return null
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  // Nobody types into a box that is ticked.
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return target.closest('dialog[open]') !== null
  return (
    target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('dialog[open]') !== null
  )
}
