import type { Look } from '../state/calendar-bars.ts'

/** The classes that draw a period: its tint, and its line for those who see no tints. */
export function lookClass(look: Look | undefined): string {
  return look ? `look look-${look.tint} look-${look.line}` : 'look'
}

/** How a period is drawn, beside its name. */
export function Swatch({ look }: { look: Look | undefined }) {
  return <span className={`${lookClass(look)} swatch`} aria-hidden="true" />
}
