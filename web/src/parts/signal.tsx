import type { Signal } from '../state/skill-figures.ts'

const SHAPES: Readonly<Record<Signal, string>> = {
  good: 'M2 5.200 4.200 7.400 8.200 2.800',
  watch: 'M5 1.800v3.900M5 8.100v.01',
  risk: 'M2.300 2.300l5.400 5.400M7.700 2.300 2.300 7.700',
  unknown: 'M3.400 3.500a1.600 1.600 0 1 1 2.400 1.400c-.6.3-.8.600-.8 1.100M5 8.100v.01',
}

/** A signal colour with its word and its shape; never the colour alone. */
export function SignalTag({ signal, children }: { signal: Signal; children: string }) {
  return (
    <span className={`signal signal-${signal}`}>
      <svg
        width="10"
        height="10"
        viewBox="0 0 10 10"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.500"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        <path d={SHAPES[signal]} />
      </svg>
      {children}
    </span>
  )
}

/** A state that is neither good nor bad. */
export function Tag({ children }: { children: string }) {
  return <span className="signal signal-unknown">{children}</span>
}

/** A share as a bar; unknown is hatched grey. `label` says it in words for those who do not see it. */
export function Bar({ value, signal, label }: { value: number | null; signal: Signal | 'plain'; label: string }) {
  const width = value === null ? 100 : Math.max(2, Math.min(100, value * 100))
  return (
    <span className={`bar bar-${value === null ? 'hatched' : signal}`} role="img" aria-label={label}>
      <span className="bar-part" style={{ width: `${width}%` }} />
    </span>
  )
}
