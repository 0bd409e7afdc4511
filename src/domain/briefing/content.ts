import type { Day } from '../day.ts'

/** What a briefing says, before it takes the form of a channel. Every text may stem from a record: it is data, not markup. */
export interface BriefingContent {
  readonly headline: string
  readonly sections: readonly BriefingSection[]
  /** The day the figures speak for. */
  readonly asOf: Day
  /** False when that is another day than today: each form says so. */
  readonly isToday: boolean
  /** What is not known, and what would make it known. */
  readonly caveats: readonly string[]
}

export interface BriefingSection {
  readonly title: string
  readonly lines: readonly BriefingLine[]
  /** Said in place of lines when there are none. */
  readonly empty: string
}

export interface BriefingLine {
  readonly text: string
  /** A path of the web app, `/deals/d-1`; null when there is nothing to open. */
  readonly href: string | null
}

/** How a briefing leaves its text forms. */
export interface BriefingFrame {
  /** `https://sophia.example.com`, without a slash at its end. */
  readonly publicUrl: string
  /** The page that ends the e-mails; only they carry it. */
  readonly unsubscribeUrl?: string
}

/** The address of a line; a path that is none of ours is left out rather than followed. */
export function addressOf({ href }: BriefingLine, publicUrl: string): string | null {
  if (href === null || !/^\/(?!\/)[\w\-.~%/?=&:@!$'()*+,;]*$/.test(href)) return null
  return `${publicUrl}${href.replaceAll(/[()']/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
}

export function dayNote({ asOf, isToday }: BriefingContent): string {
  return isToday ? '' : `The data speaks for ${asOf}, not for today.`
}
