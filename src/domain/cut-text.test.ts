import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCalls } from './call/parse-calls.ts'
import { cutText } from './cut-text.ts'
import { slug } from './import/names.ts'

test('a cut keeps whole characters: never more than asked for, at most one less, and the beginning of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, most) => {
      const cut = cutText(text, most)
      assert.ok(cut.isWellFormed())
      assert.ok(text.startsWith(cut))
      assert.ok(cut.length <= most && cut.length >= Math.min(text.length, most) - 1)
    }),
  )
  assert.equal(cutText('ab😀', 3), 'ab')
  assert.equal(cutText('ab😀', 4), 'ab😀')
  assert.equal(cutText('😀', 1), '')
  assert.equal(cutText('😀', 0), '')
})

test('a file of calls with names and titles cut at an emoji, and halves of pairs in its words, is read as whole text', () => {
  const file = {
    calls: [
      {
        title: `${'t'.repeat(299)}😀`,
        parties: [{ name: `${'n'.repeat(59)}😀`, speakerId: '1', affiliation: 'External' }],
        transcript: [{ speakerId: '1', sentences: [{ start: 0, text: 'A half \ud83d of one.' }] }],
      },
    ],
  }
  const { calls } = parseCalls(JSON.stringify(file))
  const [call] = calls
  assert.equal(call?.title, 't'.repeat(299))
  assert.equal(call?.parties[0]?.name, 'n'.repeat(59))
  assert.equal(call?.turns[0]?.text, 'A half \ufffd of one.')
})

test('an id out of a very long name of letters beyond the first plane is whole text', () => {
  assert.ok(slug('𠮷'.repeat(200)).isWellFormed())
})
