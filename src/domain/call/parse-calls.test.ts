import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCalls } from './parse-calls.ts'
import { readParties, writeParties } from './parsed-call.ts'
import { findPromisedDay } from './promised-day.ts'
import { readTranscript, writeTranscript } from './transcript.ts'

function stored(text: string): string[] {
  return parseCalls(text).calls.map((call) => writeTranscript(call.turns))
}

test('plain text: times before or behind the name, names on their own lines, several calls with headers', () => {
  assert.deepEqual(
    stored('[00:12:03] Dana Fox: Hi. https://x.example/y\n(12:10) Priya Nair: Yes\nDana Fox (12:20)\nwords below'),
    ['[12:03] Dana Fox: Hi. https://x.example/y\n[12:10] Priya Nair: Yes\n[12:20] Dana Fox: words below'],
  )
  assert.deepEqual(stored('Dana Fox\nhello there\n\nPriya Nair\nhello'), ['Dana Fox: hello there\nPriya Nair: hello'])
  const { calls } = parseCalls('Title: A\nDate: 2026-03-04\nA B: x\n===\nTitle: B\nDeal: Harbor\nA B: y')
  assert.deepEqual(
    calls.map(({ title, onDay, deal, line }) => [title, onDay, deal, line]),
    [
      ['A', '2026-03-04', null, 1],
      ['B', null, 'Harbor', 5],
    ],
  )
})

test('WebVTT: voices, settings, identifiers, notes, several lines, tags taken off', () => {
  const text =
    'WEBVTT - call\n\nSTYLE\n::cue {}\n\nNOTE private\nnot spoken\n\nintro\n00:01.000 --> 00:04.000 align:start\n<v.loud Priya Nair>Hello <b>you</b>\nand &amp; more\n\n01:00:05.000 --> 01:00:06.000\nDana Fox: <script>alert(1)</script>'
  assert.deepEqual(stored(text), ['[00:01] Priya Nair: Hello you and & more\n[1:00:05] Dana Fox: alert(1)'])
})

test('JSON of call recorders: people, sides, times in order; the wrapper and a bare list read the same', () => {
  const call = {
    metaData: { id: '77', title: 'Terms', started: '2026-03-04T10:00:00Z' },
    parties: [
      { speakerId: 'a', name: 'Priya Nair', affiliation: 'Internal', emailAddress: 'priya@example.com' },
      { speakerId: 'b', name: 'Dana: Fox', affiliation: 'External' },
    ],
    transcript: [
      { speakerId: 'b', sentences: [{ start: 61_000, end: 62_000, text: 'Second.' }] },
      {
        speakerId: 'a',
        sentences: [
          { start: 1000, end: 2000, text: 'First.' },
          { start: 3000, end: 4000, text: 'More.' },
        ],
      },
    ],
  }
  for (const file of [{ callTranscripts: [call] }, [call], call]) {
    const [found] = parseCalls(JSON.stringify(file)).calls
    assert.deepEqual([found?.id, found?.onDay, found?.rep], ['77', '2026-03-04', 'Priya Nair'])
    assert.equal(writeTranscript(found?.turns ?? []), '[00:01] Priya Nair: First. More.\n[01:01] Dana Fox: Second.')
    assert.equal(writeParties(found?.parties ?? []), 'Priya Nair <priya@example.com> (us); Dana Fox (them)')
    assert.deepEqual(readParties(writeParties(found?.parties ?? [])), found?.parties)
  }
})

test('faults carry line and reason, and good calls beside a bad one are kept', () => {
  assert.deepEqual(
    parseCalls('{\n"a":\n}').faults.map(({ line }) => line),
    [3],
  )
  const mixed = parseCalls(`Title: A\nA B: fine\n===\nTitle: B\nA B: ${'x'.repeat(30_000)}`)
  assert.deepEqual([mixed.calls.length, mixed.faults[0]?.line], [1, 5])
  assert.match(parseCalls('just words').faults[0]?.reason ?? '', /names who speaks/)
})

test('any text is read without throwing, stored text has no control character, and reading it back gives the same text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map((text) => `A B: ${text}\u0000\u202e`),
        fc.json(),
      ),
      (text) => {
        for (const body of stored(text)) {
          // eslint-disable-next-line no-control-regex -- that is what must not be there
          assert.doesNotMatch(body, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/)
          assert.equal(readTranscript(body).length, body.split('\n').length)
        }
      },
    ),
  )
})

test('thirty megabytes of one line, of brackets or of open parentheses are told in a moment', () => {
  for (const text of ['A'.repeat(30_000_000), '{'.repeat(10_000_000), 'Aa Bb ('.repeat(3_000_000)]) {
    assert.equal(parseCalls(text).calls.length, 0)
  }
})

test('promised days are seen from the day of the call, a Wednesday; spans end on their last working day', () => {
  const cases: [string, string | undefined][] = [
    ['by Friday', '2026-03-06'],
    ['next week', '2026-03-13'],
    ['Tuesday next week', '2026-03-10'],
    ['by the end of the month', '2026-03-31'],
    ['end of next month', '2026-04-30'],
    ['end of the quarter', '2026-03-31'],
    ['in two weeks', '2026-03-18'],
    ['by end of day', '2026-03-04'],
    ['by end of day Friday', '2026-03-06'],
    ['this week', '2026-03-06'],
    ['tomorrow', '2026-03-05'],
    ['the deck we discussed on Monday', undefined],
  ]
  for (const [text, day] of cases) assert.equal(findPromisedDay(text, '2026-03-04')?.day, day, text)
})
