import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { listFiles } from '../support/repository-files.ts'

const GLOSSARY = 'docs/develop/glossary.md'

/** Rooms that read the words of others: headers of foreign files, questions of people, speech in samples. */
const FOREIGN_SPEECH = [
  'src/domain/call/',
  'src/domain/import/',
  'src/domain/memory/',
  'src/domain/playbook/',
  'src/domain/sample/',
]
/** Established terms that hold a banned word. */
const ESTABLISHED = /customer since|user[- ]agent|words: '[^']*'/gi

/** The words that the glossary's last column gives up for its first. */
function readBannedWords(): Map<string, string> {
  const rows = readFileSync(GLOSSARY, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Word') && !line.startsWith('| ---'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(
    rows.flatMap(([, word = '', , not = '']) =>
      not
        .split(',')
        .map((banned) => banned.trim())
        .filter((banned) => banned !== '')
        .map((banned) => [banned, word] as const),
    ),
  )
}

function findWords(text: string, words: Iterable<string>): string[] {
  return [...words].filter((word) => new RegExp(`\\b${word}\\b`, 'i').test(text))
}

test('one concept has one word: no synonym of the glossary is used in code, screens or documents', () => {
  const banned = readBannedWords()
  assert.ok(banned.size >= 15)
  const files = listFiles([
    'src/**/*.ts',
    'web/src/**/*.{ts,tsx}',
    'docs/{use,decisions}/*.md',
    'personas/*.md',
    '*.md',
  ])
  const used = files
    .filter((file) => !FOREIGN_SPEECH.some((room) => file.startsWith(room)) && !file.endsWith('.test.ts'))
    .flatMap((file) =>
      findWords(readFileSync(file, 'utf8').replaceAll(ESTABLISHED, ''), banned.keys()).map(
        (word) => `${file}: "${word}", say "${banned.get(word)}"`,
      ),
    )
  assert.deepEqual(used, [])
})

test('the check of words sees a planted synonym', () => {
  assert.deepEqual(findWords('An opportunity for the bot.', readBannedWords().keys()).toSorted(), [
    'bot',
    'opportunity',
  ])
})
