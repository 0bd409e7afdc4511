import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { openCsv, type CsvRow } from './open-csv.ts'

async function readAll(
  source: Readable | Buffer | string,
): Promise<{ rows: CsvRow[]; header: readonly string[]; encoding: string; delimiter: string; hasMark: boolean }> {
  const csv = await openCsv(source instanceof Readable ? source : Readable.from([Buffer.from(source)]))
  const rows: CsvRow[] = []
  for await (const row of csv.rows) rows.push(row)
  return {
    rows,
    header: csv.header,
    encoding: csv.encoding(),
    delimiter: csv.delimiter,
    hasMark: csv.hasByteOrderMark(),
  }
}

const values = (rows: readonly CsvRow[]): (readonly string[])[] => rows.map((row) => row.values)

test('a byte-order mark is taken off the first header', async () => {
  const found = await readAll(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('name,city\nAcme,Köln\n')]))
  assert.deepEqual(found.header, ['name', 'city'])
  assert.equal(found.hasMark, true)
  assert.deepEqual(values(found.rows), [['Acme', 'Köln']])
})

test('Windows-1252 is recognised even when its first accent comes late, and UTF-16 by its mark', async () => {
  const plain = 'Acme;1\n'.repeat(30_000)
  const late = await readAll(
    Readable.from([
      Buffer.from('name;n\n'),
      Buffer.from(plain),
      Buffer.from([0x43, 0x61, 0x66, 0xe9]),
      Buffer.from([0x20, 0x80, 0x3b, 0x32, 0x0a]),
    ]),
  )
  assert.equal(late.encoding, 'latin-1')
  assert.deepEqual(late.rows.at(-1)?.values, ['Café €', '2'])
  const wide = await readAll(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('name\tn\nZoë\t1\n', 'utf16le')]))
  assert.deepEqual([wide.encoding, wide.delimiter, values(wide.rows)], ['utf-16', '\t', [['Zoë', '1']]])
})

test('UTF-8 stays UTF-8 wherever the chunks are cut', async () => {
  const bytes = Buffer.from('name,n\nÄÖÜ €uro 🙂,1\nplain,2\n')
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const found = await readAll(Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]))
    assert.equal(found.encoding, 'utf-8')
    assert.deepEqual(found.rows[0]?.values, ['ÄÖÜ €uro 🙂', '1'], `cut at ${cut}`)
  }
})

test('rows carry the line they begin at, across blank lines and line breaks inside quotes', async () => {
  for (const end of ['\n', '\r\n']) {
    const text = ['a,b', '1,2', '', `"x${end}y${end}z",3`, '4,"q ""r"""', '5,6'].join(end)
    const found = await readAll(text)
    assert.deepEqual(
      found.rows.map((row) => row.line),
      [2, 4, 7, 8],
      JSON.stringify(end),
    )
    assert.equal(found.rows[1]?.values[0], `x${end}y${end}z`)
    assert.equal(found.rows[2]?.values[1], 'q "r"')
  }
})

test('ragged rows arrive as they are, for the reader to judge', async () => {
  const found = await readAll('a,b,c\n1,2\n1,2,3,4\n1,2,3\n')
  assert.deepEqual(
    found.rows.map((row) => row.values.length),
    [2, 4, 3],
  )
})

test('the delimiter is the one the lines agree on', async () => {
  assert.equal((await readAll('a;b\n1,5;2,5\n3,5;4,5\n')).delimiter, ';')
  assert.equal((await readAll('a\tb\n1,5\t2;5\n')).delimiter, '\t')
  assert.equal((await readAll('a,b\n"x;y;z",2\n')).delimiter, ',')
  assert.equal((await readAll('only\nvalue\n')).delimiter, ',')
})

test('whatever is written as CSV reads back as it was', async () => {
  const cell = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((text) => !text.includes('\u0000') && !text.includes('\ufeff'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 64 }),
      async (rows, size) => {
        const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','))
        const bytes = Buffer.from(`a,b,c\n${quoted.join('\n')}\n`)
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        assert.deepEqual(values((await readAll(Readable.from(chunks))).rows), rows)
      },
    ),
    { numRuns: 60 },
  )
})

test('empty files, other formats and quotes that never close are refused with words', async () => {
  await assert.rejects(readAll(''), /empty/)
  await assert.rejects(readAll('\n\n'), /no header/)
  await assert.rejects(readAll(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0])), /not a text file/)
  await assert.rejects(readAll('a,b\n1,"2\n3,4\n'), /never closed/)
})

test('a source that fails passes its error on', async () => {
  const source = Readable.from(
    (async function* () {
      yield Buffer.from('a,b\n1,2\n')
      throw new Error('the line went dead')
    })(),
  )
  await assert.rejects(readAll(source), /the line went dead/)
})

test('a reader that stops early lets go of the source', async () => {
  const source = Readable.from(
    (function* () {
      yield Buffer.from('a,b\n')
      for (;;) yield Buffer.from('1,2\n'.repeat(1000))
    })(),
  )
  const csv = await openCsv(source)
  for await (const row of csv.rows) if (row.line > 10) break
  assert.equal(source.destroyed, true)
})

test('the source is read no further ahead than a bounded piece, however slow the reader is', async () => {
  let made = 0
  const piece = Buffer.from('1,2,3,4,5,6\n'.repeat(5000))
  const source = Readable.from(
    (function* () {
      yield Buffer.from('a,b,c,d,e,f\n')
      for (let index = 0; index < 60; index += 1) {
        made += piece.length
        yield piece
      }
    })(),
  )
  const csv = await openCsv(source)
  let read = 0
  let furthestAhead = 0
  for await (const row of csv.rows) {
    read += row.values.length * 2
    furthestAhead = Math.max(furthestAhead, made - read)
  }
  assert.equal(read, made)
  assert.ok(furthestAhead < 3 * 1024 * 1024, `${furthestAhead} bytes ahead`)
})
