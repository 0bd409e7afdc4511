import { findDueDay } from './due-day.ts'
import { findNames } from './find-names.ts'
import type { NextStepSlots } from './next-step-slots.ts'
import { tagWords } from './tag-words.ts'
import { tokenise } from './tokens.ts'

const POLITE = String.raw`^\s*(?:(?:please|pls|ok|okay|now|so|and|can you|could you|kindly)[,\s]+)*`
const DOWN = String.raw`(?:make a note|add|note|put|log|write|record|save|jot)(?: (?:it|this|that))?(?: down)?`
/** `Add to the Acme deal: send the offer on Friday`: the deal, then the step. */
const BEHIND_COLON = new RegExp(
  String.raw`${POLITE}${DOWN} (?:to|for|on|in|into|under|at) (?:the |my |our )?(?<record>[^:?]{2,80}?)(?: (?:deal|opportunity|opp))?\s*:\s+(?<step>\S.{3,300})$`,
  'i',
)
/** `I need to call Acme on Thursday, write that into the deal`. */
const THEN_ORDER = new RegExp(
  String.raw`${POLITE}(?<step>.{5,300}?)[,;.-]+\s*(?:and |so )?(?:please |pls )?(?:write|note|put|log|record|save|add) (?:that|it|this)(?: down)?(?: (?:to|for|on|in|into|under) (?:the |my |our |this )?(?:deal|opportunity|opp|record))?\W*$`,
  'i',
)
/** `Record that we meet Acme tomorrow`: a step only with a day. */
const THAT = new RegExp(
  String.raw`${POLITE}(?:(?:note|log|put|write|record|save)(?: down)?(?:,? that |:\s+)|remember(?: to| that) )(?<step>\S.{5,300})$`,
  'i',
)
/** What is done on a deal; a birthday or a day off is not. */
const DEED =
  /\b(?:call|ring|phone|meet|visit|see|send|e-?mail|mail|write|demo|present|talk|speak|chase|follow|get|deliver|prepare|share|schedule|book|sign|review|go through|discuss|confirm|ask|check)(?:s|ing|ting)?\b/i
/** Any day will do: only whether one is named matters here. */
const SOME_DAY = '2026-01-01'

type Note = NextStepSlots & { readonly head: string }

/** Reads a next step that is told without calling it one. Undefined unless its deal is named, and but for a colon its day as well. */
export function readNote(given: string): Note | undefined {
  if (given.includes('?') && !/^\s*(?:can|could) you/i.test(given)) return undefined
  const told = BEHIND_COLON.exec(given)?.groups
  return told === undefined ? readDatedNote(given) : noteOf(given, told.record ?? '', told.step ?? '')
}

function readDatedNote(given: string): Note | undefined {
  const step = (THEN_ORDER.exec(given) ?? THAT.exec(given))?.groups?.step ?? ''
  if (!DEED.test(step)) return undefined
  return findDueDay(step, SOME_DAY) === undefined ? undefined : noteOf(given, step, step)
}

function noteOf(given: string, about: string, step: string): Note | undefined {
  const record = nameIn(about) ?? nameIn(`about ${about} deal`)
  return record !== undefined && given.includes(record) ? { head: '', record, text: tidy(step) } : undefined
}

function nameIn(text: string): string | undefined {
  const names = findNames(text, tagWords(tokenise(text)))
  return names.length === 1 && /\p{Lu}/u.test(names[0]?.text ?? '') ? names[0]?.text : undefined
}

function tidy(step: string): string {
  return step.trim().replace(/[\s.!?]+$/, '')
}
