import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignInFailure } from '#contract/mcp.ts'
import { signInFailureWords } from './sign-in-words.ts'

test('each way a sign-in fails has sentences of its own, which say what was kept and what to do', () => {
  const words = SignInFailure.options.map(signInFailureWords)
  assert.equal(new Set(words).size, SignInFailure.options.length)
  for (const [index, code] of SignInFailure.options.entries()) {
    assert.match(words[index] ?? '', /Nothing was stored.*(again|Ask)/, code)
    assert.ok(!words[index]?.includes(code) || code === 'failed' || code === 'refused', code)
  }
})

test('a code that is not known gives one general sentence, and nothing of the address', () => {
  const general = signInFailureWords('')
  assert.match(general, /Nothing was stored.*again/)
  for (const code of ['toString', 'call 0800 1234', '<b>bold</b>'])
    assert.equal(signInFailureWords(code), general, code)
})
