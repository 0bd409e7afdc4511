import type { Draft } from '#contract/drafts.ts'
import type { Signal } from './skill-figures.ts'

export const DRAFT_STATES: Readonly<Record<Draft['status'], { readonly words: string; readonly signal: Signal }>> = {
  draft: { words: 'Waits for you', signal: 'watch' },
  approved: { words: 'On its way', signal: 'watch' },
  sent: { words: 'Sent', signal: 'good' },
  applied: { words: 'Applied', signal: 'good' },
  failed: { words: 'Not delivered', signal: 'risk' },
  discarded: { words: 'Discarded', signal: 'unknown' },
}

/** What the list calls it. */
export function draftTitle({ kind, subject, about }: Pick<Draft, 'kind' | 'subject' | 'about'>): string {
  if (kind === 'email') return subject === '' ? 'E-mail without a subject' : subject
  return `Update of ${about?.label ?? 'a record'}`
}

/** Opens the member's own mail program with the draft filled in. */
export function mailtoOf({ to, subject, body }: Pick<Draft, 'to' | 'subject' | 'body'>): string {
  const address = to.map((one) => encodeURIComponent(one.email)).join(',')
  return `mailto:${address}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`
}

/** `Dana Fox <dana@x.com>, x@y.com` as recipients; what cannot be one is named. */
export function readRecipients(text: string): { to: Draft['to']; faults: string[] } {
  const to: Draft['to'] = []
  const faults: string[] = []
  for (const part of text.split(/[,;\n]/).map((piece) => piece.trim())) {
    if (part === '') continue
    const match = /^(?:(.*?)\s*<)?([^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>?$/.exec(part)
    if (match?.[2] === undefined) faults.push(part)
    else to.push({ name: match[1]?.replaceAll('"', '').trim() ?? '', email: match[2] })
  }
  return { to, faults }
}

export function recipientWords(to: Draft['to']): string {
  return to.map((one) => (one.name === '' ? one.email : `${one.name} <${one.email}>`)).join(', ')
}
