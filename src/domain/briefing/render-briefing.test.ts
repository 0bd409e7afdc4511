import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BriefingContent } from './content.ts'
import { renderHtml, renderMarkdown, renderSlack, renderText } from './render-briefing.ts'

const frame = {
  publicUrl: 'https://sophia.example.com',
  unsubscribeUrl: 'https://sophia.example.com/unsubscribe#token=t',
}

function contentOf(text: string, href: string | null = '/deals/d-1'): BriefingContent {
  return {
    headline: 'Good morning, Ada.',
    sections: [
      { title: 'My deals', lines: [{ text, href }], empty: 'None needs you.' },
      { title: 'Meetings', lines: [], empty: 'No meeting in the next days.' },
    ],
    asOf: '2026-11-20',
    isToday: false,
    caveats: ['No usage data.'],
  }
}

test('each form says the same, with links in its own way', () => {
  const content = contentOf('Acme: silent for 20 days')
  assert.equal(
    renderMarkdown(content),
    `Good morning, Ada.

### My deals

- [Acme: silent for 20 days](/deals/d-1)

### Meetings

No meeting in the next days.

_The data speaks for 20 Nov 2026, not for today._

_No usage data._`,
  )
  assert.match(
    renderText(content, frame),
    /^- Acme: silent for 20 days\n {2}https:\/\/sophia\.example\.com\/deals\/d-1$/m,
  )
  assert.match(
    renderHtml(content, frame),
    /<a href="https:\/\/sophia\.example\.com\/deals\/d-1">Acme: silent for 20 days<\/a>/,
  )
  assert.match(
    renderSlack(content, frame),
    /^• <https:\/\/sophia\.example\.com\/deals\/d-1\|Acme: silent for 20 days>$/m,
  )
  for (const form of [renderText(content, frame), renderHtml(content, frame), renderSlack(content, frame)]) {
    for (const said of ['Good morning, Ada.', 'No meeting in the next days.', '20 Nov 2026', 'No usage data.'])
      assert.ok(form.includes(said), said)
  }
  assert.ok(renderText(content, frame).includes(frame.unsubscribeUrl))
  assert.ok(!renderSlack(content, frame).includes('token'))
})

test('text of a record stays text: no tag, link, image, mention or heading comes of it', () => {
  const hostile =
    '<img src=x onerror=alert(1)> [pay](https://evil.example) ![x](https://evil.example/p.png) <!channel> # big\n\n# head www.evil.example'
  const content = contentOf(hostile, null)
  assert.doesNotMatch(renderHtml(content, frame), /<img|onerror=alert\(1\)>/)
  assert.doesNotMatch(renderSlack(content, frame), /<!channel>/)
  assert.doesNotMatch(renderMarkdown(content), /(?<!\\)\[pay|(?<!\\)!\[|(?<!\\)<img|^# head|https:\/\/|www\.evil/m)
})

test('only paths of the app become links', () => {
  for (const href of [
    '//evil.example/x',
    'https://evil.example',
    'javascript:alert(1)',
    '/deals/"><b>',
    '/deals/x y',
  ]) {
    const content = contentOf('Acme', href)
    assert.doesNotMatch(renderHtml(content, frame), /evil|javascript|<b>/)
    assert.doesNotMatch(renderMarkdown(content), /\]\(/)
  }
  assert.match(renderMarkdown(contentOf('Acme', '/deals/a(b)')), /\(\/deals\/a%28b%29\)/)
})

test('whatever a text holds, the HTML has the tags of the form and no others', () => {
  const tags = (text: string): string[] => text.match(/<[^>]*>/g) ?? []
  const plain = tags(renderHtml(contentOf('x'), frame))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(tags(renderHtml(contentOf(text), frame)), plain)
    }),
  )
})
