import { clockText } from '../call/transcript.ts'
import { countOf } from '../figure-text.ts'
import { at, listAt, numberAt, textAt } from './json-reader.ts'
import { blocks, bullets, countCell, dayText, percentCell, table } from './markdown.ts'

const MAX_LISTED = 8

/** The figures of `review-call` as Markdown; each finding with its quoted line. */
export function renderCall(figures: unknown): string {
  return blocks([
    talkTable(figures),
    monologueLine(figures),
    titled('Commitments', listAt(figures, 'commitments').map(commitmentItem)),
    nextStepLine(figures),
    titled(
      'Objections',
      listAt(figures, 'objections').map((one) => `**${capital(textAt(one, 'kind'))}:** ${quoted(one)}`),
    ),
    questionLists(figures),
    meddpiccTable(figures),
    titled(
      'Competitors named',
      listAt(figures, 'competitors').map((one) => `**${textAt(one, 'name')}:** ${quoted(listAt(one, 'quotes')[0])}`),
    ),
  ])
}

function talkTable(figures: unknown): string {
  const hasTimes = at(figures, 'talk', 'byTime') !== null
  const rows = listAt(figures, 'talk', 'speakers').map((one) => [
    textAt(one, 'name') || 'not named',
    sideWord(one),
    percentCell(numberAt(one, 'share')),
    countCell(numberAt(one, 'words')),
    ...(hasTimes ? [clock(numberAt(one, 'seconds'))] : []),
  ])
  return table(['Speaker', 'Side', 'Share of words', 'Words', ...(hasTimes ? ['Time'] : [])], rows, [2, 3, 4])
}

function monologueLine(figures: unknown): string {
  const words = numberAt(figures, 'longestMonologue', 'words')
  if (words === null) return ''
  const seconds = numberAt(figures, 'longestMonologue', 'seconds')
  const who = textAt(figures, 'longestMonologue', 'speaker') || 'somebody not named'
  const lines = `line ${countCell(numberAt(figures, 'longestMonologue', 'line'))}`
  return `**Longest stretch of one voice:** ${who}, ${countOf(words, 'word')}${seconds === null ? '' : ` in ${clockText(seconds)}`} (${lines})`
}

function commitmentItem(one: unknown): string {
  const due = dayText(at(one, 'dueOn'))
  return `**${textAt(one, 'speaker') || sideWord(one)}**, ${due === '' ? 'no day named' : `by ${due}`}: ${quoted(one)}`
}

const STEP_WORDS: Readonly<Record<string, string>> = {
  agreed: 'agreed',
  promised: 'nothing agreed together, but promised',
  proposed: 'proposed, without a yes',
}

function nextStepLine(figures: unknown): string {
  const state = at(figures, 'nextStep', 'state')
  const words = typeof state === 'string' && Object.hasOwn(STEP_WORDS, state) ? STEP_WORDS[state] : undefined
  if (words === undefined) return '**Next step:** none was agreed.'
  const day = dayText(at(figures, 'nextStep', 'onDay'))
  return `**Next step:** ${words}${day === '' ? '' : ` for ${day}`}: ${quoted(at(figures, 'nextStep', 'quote'))}`
}

function questionLists(figures: unknown): string {
  const ours = listAt(figures, 'questions', 'us')
  const theirs = listAt(figures, 'questions', 'them')
  return blocks([
    titled(`We asked ${countOf(ours.length, 'question')}`, ours.map(quoted)),
    titled(`They asked ${countOf(theirs.length, 'question')}`, theirs.map(quoted)),
  ])
}

function meddpiccTable(figures: unknown): string {
  const rows = listAt(figures, 'meddpicc').map((one) => [
    `${textAt(one, 'letter')} ${textAt(one, 'label')}`,
    at(one, 'state') === 'heard' ? quoted(listAt(one, 'quotes')[0]) : `gap; ask: ${textAt(one, 'ask')}`,
  ])
  return table(['MEDDPICC', 'Heard in this call'], rows)
}

/** `"words" (Dana Fox, line 12, 03:20)`. */
function quoted(quote: unknown): string {
  const seconds = numberAt(quote, 'atSeconds')
  const place = [
    textAt(quote, 'speaker'),
    `line ${countCell(numberAt(quote, 'line'))}`,
    seconds === null ? '' : clockText(seconds),
  ].filter((part) => part !== '')
  return `"${textAt(quote, 'text')}" (${place.join(', ')})`
}

function sideWord(one: unknown): string {
  const side = at(one, 'side')
  if (side === 'us') return 'we'
  return side === 'them' ? 'they' : 'not known'
}

function clock(seconds: number | null): string {
  return seconds === null ? '–' : clockText(seconds)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function titled(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const rest = items.length - MAX_LISTED
  const shown = [...items.slice(0, MAX_LISTED), ...(rest > 0 ? [`and ${rest} more`] : [])]
  return `**${title}**\n\n${bullets(shown)}`
}
