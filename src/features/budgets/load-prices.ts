import { readFile } from 'node:fs/promises'
import { LineCounter, isNode, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { SophiaError, type FieldFault } from '#domain/errors.ts'
import type { PriceTable } from '#domain/price.ts'

const Usd = z.number().min(0).max(10_000)
const Rates = { input: Usd, cachedInput: Usd, output: Usd }
const PriceFile = z.strictObject({
  /** Where the figures come from and when somebody looked. */
  sources: z.array(
    z.strictObject({ provider: z.string().min(1), url: z.url(), checkedOn: z.iso.date(), note: z.string().optional() }),
  ),
  prices: z.array(
    z.strictObject({
      provider: z.string().min(1),
      model: z.string().min(1).max(200),
      ...Rates,
      longInput: z.strictObject({ above: z.int().min(1), ...Rates }).optional(),
    }),
  ),
})

/** Reads and checks a price file. Throws CONFIG_NOT_VALID with every fault and its line. */
export async function loadPrices(file: string): Promise<PriceTable> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SophiaError('CONFIG_NOT_VALID', { detail: `The price file ${file} cannot be read.`, cause: error })
  })
  return parsePrices(text, file)
}

/** The table in a price file's text; `name` is the file's, for the faults. */
export function parsePrices(text: string, name: string): PriceTable {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0) {
    throw fileFault(
      name,
      document.errors.map((error) => ({ path: `line ${lines.linePos(error.pos[0]).line}`, message: error.code })),
    )
  }
  const parsed = PriceFile.safeParse(document.toJS())
  if (!parsed.success) {
    throw fileFault(
      name,
      parsed.error.issues.map((issue) => ({
        path: `line ${lineOf(document, lines, issue.path)}, ${issue.path.join('.') || 'file'}`,
        message: issue.message,
      })),
    )
  }
  return checkTwice(parsed.data.prices, name)
}

function checkTwice(prices: PriceTable, name: string): PriceTable {
  const seen = new Set<string>()
  const faults: FieldFault[] = []
  for (const { provider, model } of prices) {
    const key = `${provider}/${model}`
    if (seen.has(key)) faults.push({ path: key, message: 'has two prices' })
    seen.add(key)
  }
  if (faults.length > 0) throw fileFault(name, faults)
  return prices
}

/** The line of the place, or of the nearest one around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

function fileFault(name: string, faults: readonly FieldFault[]): SophiaError {
  const [first] = faults
  const detail = `The price file ${name} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${first?.path}: ${first?.message}`
  return new SophiaError('CONFIG_NOT_VALID', { detail, faults })
}
