/** Turns src/platform/vectors/scan.wat into the constant that the server loads; asked by generate.ts. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import wabt from 'wabt'

const SOURCE = join(import.meta.dirname, '../src/platform/vectors/scan.wat')

export async function buildScanModule(): Promise<string> {
  const { parseWat } = await wabt()
  const parsed = parseWat('scan.wat', await readFile(SOURCE, 'utf8'), { simd: true })
  try {
    const base64 = Buffer.from(parsed.toBinary({}).buffer).toString('base64')
    return [
      '/** The compiled scan.wat. Made by `npm run generate`; do not edit by hand. */',
      'export const SCAN_MODULE =',
      `  '${base64}'`,
      '',
    ].join('\n')
  } finally {
    parsed.destroy()
  }
}
