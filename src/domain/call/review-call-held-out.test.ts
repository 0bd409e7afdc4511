import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HELD_OUT_CALLS, type HeldOutCall } from '../../../test/support/labelled-calls-held-out.ts'
import type { CallReviewFigures } from './call-review.ts'
import { reviewCall } from './review-call.ts'

function review({ onDay, body, clientName, ourRep, theirs }: Omit<HeldOutCall, 'name'>): CallReviewFigures {
  return reviewCall({
    id: 'call-1',
    title: 'Call',
    onDay,
    body,
    speakers: null,
    dealId: null,
    dealName: null,
    clientId: null,
    clientName,
    repId: 'rep-1',
    repName: ourRep,
    repEmail: null,
    ours: [ourRep],
    theirs,
    rivals: [],
  })
}

interface Compared {
  readonly wanted: readonly string[]
  readonly found: readonly string[]
}

function compare(call: HeldOutCall): Readonly<Record<string, Compared>> {
  const { commitments, objections, meddpicc } = review(call)
  const lineOf = (label: string): string => label.split(' ')[0] ?? ''
  const promised = commitments.map(({ line, side, dueOn }) => `${line} ${side}${dueOn === null ? '' : ` ${dueOn}`}`)
  return {
    commitments: { wanted: call.commitments.map(lineOf), found: promised.map(lineOf) },
    days: { wanted: call.commitments, found: promised },
    objections: { wanted: call.objections.map(lineOf), found: objections.map(({ line }) => String(line)) },
    heard: {
      wanted: call.heard,
      found: meddpicc.flatMap(({ state, name }) => (state === 'heard' ? [name] : [])),
    },
  }
}

/**
 * Eight calls were written and labelled before the rules were read. First figures on all of them (precision, recall):
 * commitments 0.96, 0.66; with the right day 0.74, 0.53; objections 0.75, 0.13; MEDDPICC 0.82, 0.42. The rules learnt from
 * four of them, and objections also from forty everyday ones; these are the other four. On them before: commitments 0.93,
 * 0.68; days 0.86, 0.63; objections 0.67, 0.18; MEDDPICC 0.83, 0.43. The thresholds are what is reached, with little slack:
 * what is found can be trusted, and much that people say is still not heard.
 */
const LEAST: Readonly<Record<string, { precision: number; recall: number }>> = {
  commitments: { precision: 0.9, recall: 0.75 },
  days: { precision: 0.85, recall: 0.72 },
  objections: { precision: 0.8, recall: 0.4 },
  heard: { precision: 0.8, recall: 0.5 },
}

for (const [finding, least] of Object.entries(LEAST))
  test(`of the ${finding} in calls that nothing was learnt from, as many are found as was measured`, (t) => {
    const compared = HELD_OUT_CALLS.map((call) => ({ name: call.name, ...compare(call)[finding] }))
    const pick = (one: (typeof compared)[number], of: 'wanted' | 'found'): string[] =>
      [...new Set(one[of])].map((label) => `${one.name}: ${label}`)
    const wanted = compared.flatMap((one) => pick(one, 'wanted'))
    const found = compared.flatMap((one) => pick(one, 'found'))
    const right = wanted.filter((label) => found.includes(label)).length
    t.diagnostic(`precision ${(right / found.length).toFixed(2)}, recall ${(right / wanted.length).toFixed(2)}`)
    assert.ok(right >= least.precision * found.length, found.filter((label) => !wanted.includes(label)).join('; '))
    assert.ok(right >= least.recall * wanted.length, wanted.filter((label) => !found.includes(label)).join('; '))
  })

test('everyday talk in the words of promises, objections and deals is none of them', () => {
  const [call] = HELD_OUT_CALLS
  assert.ok(call)
  const talk = [
    "I'm calling from the car today.",
    "I'm asking because tomorrow is a holiday.",
    "I'll open the window.",
    "I'll let you know if anything changes.",
    "I'll pick up the kids on Friday.",
    "I'll get used to it.",
    "It doesn't do any harm.",
    'My boss offered us a coffee.',
    "What's the point you wanted to make, go on.",
    "I don't believe in horoscopes.",
    'The line is slow today.',
    'She is a big fan of football.',
    'There are no exceptions to my rule about lunch.',
    'Then the board game night starts.',
    'We stopped using the front door.',
    'The money sits in the drawer.',
  ]
  const { objections, commitments, meddpicc } = review({
    ...call,
    body: talk.map((words) => `${call.theirs[0]}: ${words}`).join('\n'),
  })
  assert.deepEqual(
    [...objections, ...commitments, ...meddpicc.flatMap(({ quotes }) => quotes)].map(({ text }) => text),
    [],
  )
})

test('everyday objections are heard, each with its kind', () => {
  const [call] = HELD_OUT_CALLS
  assert.ok(call)
  const said: Readonly<Record<string, string>> = {
    "There's no money for it right now.": 'price',
    'Somebody else quoted us twenty percent less.': 'competition',
    'We have an IT freeze until January.': 'timing',
    "I don't have the authority for this.": 'authority',
    "I'm not sure you can handle our volume.": 'trust',
    'Our people hate new tools.': 'change',
    'Excel does it fine.': 'need',
  }
  const { objections } = review({
    ...call,
    body: Object.keys(said)
      .map((words) => `${call.theirs[0]}: ${words}`)
      .join('\n'),
  })
  assert.deepEqual(Object.fromEntries(objections.map(({ text, kind }) => [text, kind])), said)
})
