import type { Day } from '../day.ts'
import type { Turn } from './transcript.ts'

export type Side = 'us' | 'them' | 'unknown'

export interface Party {
  readonly name: string
  readonly email: string | null
  readonly side: Side
}

/** A call out of a file, before it is tied to records. */
export interface ParsedCall {
  /** Of the file, where the call begins. */
  readonly line: number
  readonly id: string | null
  readonly title: string | null
  readonly onDay: Day | null
  readonly deal: string | null
  readonly client: string | null
  readonly rep: string | null
  readonly parties: readonly Party[]
  readonly turns: readonly Turn[]
}

/** Why a call of a file, or all of it, cannot be taken. */
export interface CallFault {
  readonly line: number
  readonly reason: string
}

export interface ParsedCalls {
  readonly calls: readonly ParsedCall[]
  readonly faults: readonly CallFault[]
}

/** A turn of more than this is no speech. */
export const MAX_TURN_CHARACTERS = 20_000
const MAX_PARTIES = 12

/** `Priya Nair <priya@example.com> (us); Dana Fox (them)`: how the people of a call are kept. */
export function writeParties(parties: readonly Party[]): string | null {
  const words = parties
    .slice(0, MAX_PARTIES)
    .map(({ name, email, side }) =>
      [name, email === null ? '' : ` <${email}>`, side === 'unknown' ? '' : ` (${side})`].join(''),
    )
  return words.length === 0 ? null : words.join('; ')
}

export function readParties(text: string | null): Party[] {
  return (text ?? '').split(';').flatMap((part) => {
    const match = /^([^<>()]{1,100})(?:<([^<>\s]{3,200})>\s*)?(?:\((us|them)\))?$/.exec(part.trim())
    const name = match?.[1]?.trim()
    return name ? [{ name, email: match?.[2] ?? null, side: sideNamed(match?.[3]) }] : []
  })
}

function sideNamed(word: string | undefined): Side {
  return word === 'us' || word === 'them' ? word : 'unknown'
}
