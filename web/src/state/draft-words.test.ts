import assert from 'node:assert/strict'
import { test } from 'node:test'
import { draftTitle, mailtoOf, readRecipients, recipientWords } from './draft-words.ts'

test('recipients are read as people write them, and come back the same', () => {
  const { to, faults } = readRecipients('Dana Fox <dana@fox.example>, bob@bolt.example; nobody here')
  assert.deepEqual(to, [
    { name: 'Dana Fox', email: 'dana@fox.example' },
    { name: '', email: 'bob@bolt.example' },
  ])
  assert.deepEqual(faults, ['nobody here'])
  assert.deepEqual(readRecipients(recipientWords(to)).to, to)
  assert.deepEqual(readRecipients(' ,; '), { to: [], faults: [] })
})

test('a mail program gets subject and body whole, whatever is in them', () => {
  const to = [{ name: 'Dana', email: 'dana@fox.example' }]
  assert.equal(
    mailtoOf({ to, subject: 'A & B?', body: 'one\ntwo' }),
    'mailto:dana%40fox.example?subject=A%20%26%20B%3F&body=one%0Atwo',
  )
})

test('a draft is called by its subject or by what it updates', () => {
  assert.equal(draftTitle({ kind: 'email', subject: 'Recap', about: null }), 'Recap')
  assert.equal(draftTitle({ kind: 'email', subject: '', about: null }), 'E-mail without a subject')
  const about = { kind: 'deal', id: 'd', label: 'Alder Point' }
  assert.equal(draftTitle({ kind: 'record_update', subject: '', about }), 'Update of Alder Point')
})
