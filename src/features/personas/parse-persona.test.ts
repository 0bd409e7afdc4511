import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { placeQuestion } from '#domain/playbook/place-question.ts'
import { decodePersona, MAX_PERSONA_BYTES, parsePersona } from './parse-persona.ts'
import { SKILL_NAMES } from '../../../test/support/skill-names.ts'

const context = { file: 'marcus.md', skillNames: SKILL_NAMES }

function fileOf(id: string): string {
  return readFileSync(new URL(`../../../personas/${id}.md`, import.meta.url), 'utf8')
}

function faultOf(text: string, file = 'marcus.md'): { line: number | null; reason: string } {
  const parsed = parsePersona(text, { ...context, file })
  if (parsed.kind === 'persona') assert.fail('no fault found')
  return { line: parsed.fault.line, reason: parsed.fault.reason }
}

/** Replaces in Marcus's file; answers the fault and the line the change is on. */
function changed(from: string, to: string): { line: number | null; reason: string; changedLine: number } {
  const text = fileOf('marcus')
  assert.ok(text.includes(from), from)
  return { ...faultOf(text.replace(from, to)), changedLine: text.slice(0, text.indexOf(from)).split('\n').length }
}

for (const id of ['marcus', 'sarah']) {
  test(`the file of ${id} is valid and complete`, () => {
    const parsed = parsePersona(fileOf(id), { file: `${id}.md`, skillNames: SKILL_NAMES })
    assert.equal(parsed.kind, 'persona', JSON.stringify(parsed))
    if (parsed.kind !== 'persona') return
    const { definition } = parsed
    assert.ok(definition.methods.length >= 4 && definition.goals.length >= 5 && definition.boundaries.length >= 5)
    assert.ok(definition.profile.length > 1000)
    // No figure about this company or the persona's past may stand in a profile.
    assert.doesNotMatch(fileOf(id), /\d\s*%|\$\s*\d/)
  })
}

test('every suggestion of a shipped colleague is answered without a model, by a skill that the colleague has', () => {
  for (const id of ['marcus', 'sarah']) {
    const parsed = parsePersona(fileOf(id), { file: `${id}.md`, skillNames: SKILL_NAMES })
    if (parsed.kind === 'fault') assert.fail(parsed.fault.reason)
    for (const suggestion of parsed.definition.suggestions) {
      const placed = placeQuestion(suggestion, null)
      assert.ok(
        placed.kind === 'talk' || (placed.kind === 'skill' && parsed.definition.skills.includes(placed.skill)),
        suggestion,
      )
    }
  }
})

test('each fault is told with its line and reason', () => {
  const unknown = changed('tint: amber', 'tint: amber\nhobby: chess')
  assert.deepEqual([unknown.line, unknown.reason], [unknown.changedLine + 1, 'Unknown field "hobby".'])
  const tint = changed('tint: amber', 'tint: puce')
  assert.equal(tint.line, tint.changedLine)
  assert.match(tint.reason, /^Field "tint": /)
  const type = changed('traits: [motivational, results-driven', 'traits: [motivational, 7')
  assert.equal(type.line, type.changedLine)
  assert.match(type.reason, /"traits\.1".*expected string/)
  const skill = changed('coach-deal', 'fly')
  assert.equal(skill.line, skill.changedLine)
  assert.match(skill.reason, /^There is no skill "fly"\. Skills: review-pipeline/)
  const method = changed('  - name: Challenger Sale', '  - title: Challenger Sale')
  assert.deepEqual([method.line, method.reason], [method.changedLine, 'Field "methods.2.name" is missing.'])
  const yaml = changed('name: Marcus Rodriguez', 'name: [Marcus')
  assert.match(yaml.reason, /^Not valid YAML/)
  const twice = changed('tint: amber', 'tint: amber\ntint: teal')
  assert.deepEqual([twice.line, /unique/i.test(twice.reason)], [twice.changedLine + 1, true])
  assert.deepEqual(changed('tint: amber\n', '').reason, 'Field "tint" is missing.')
})

test('a file without front matter, without profile or with a wrong name is a fault', () => {
  assert.equal(faultOf('Hello').line, 1)
  assert.match(faultOf('---\n---\nBody').reason, /front matter/i)
  const [front] = fileOf('marcus').split(/^# Marcus/m)
  assert.match(faultOf(front ?? '').reason, /profile is missing/)
  assert.match(faultOf(fileOf('marcus'), 'Marcus!.md').reason, /lower case/)
})

test('Windows line ends and a byte-order mark are read', () => {
  const parsed = parsePersona(`\uFEFF${fileOf('sarah').replaceAll('\n', '\r\n')}`, { ...context, file: 'sarah.md' })
  assert.equal(parsed.kind, 'persona', JSON.stringify(parsed))
})

test('a file that is too large, not UTF-8 or binary is a fault', () => {
  const large = decodePersona(new Uint8Array(MAX_PERSONA_BYTES + 1), 'x.md')
  assert.match('fault' in large ? large.fault.reason : '', /65537 bytes/)
  const latin = decodePersona(Buffer.from('one\ntwo\ncaf\xe9\n', 'latin1'), 'x.md')
  assert.deepEqual('fault' in latin ? latin.fault.line : null, 3)
  assert.ok('fault' in decodePersona(Buffer.from('a\0b'), 'x.md'))
})

test('aliases that blow up are refused, not expanded', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`)
    .join('\n')}`
  assert.equal(typeof faultOf(`---\n${bomb}\n---\nBody`).reason, 'string')
})

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (yaml, body) => parsePersona(`---\n${yaml}\n---\n${body}`, context).kind === 'fault',
    ),
  )
})
