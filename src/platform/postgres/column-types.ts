import pg from 'pg'

const INT8_ARRAY = 1016
const DATE_ARRAY = 1182

/** How column types come out: whole numbers exact or not at all, days as the text they are (a Date would move them by time zone). */
export const columnTypes = new pg.TypeOverrides()
columnTypes.setTypeParser(pg.types.builtins.INT8, toSafeInteger)
columnTypes.setTypeParser(pg.types.builtins.NUMERIC, toSafeNumber)
columnTypes.setTypeParser(pg.types.builtins.DATE, (text) => text)
columnTypes.setTypeParser(INT8_ARRAY, (text) => parseFlatArray(text, toSafeInteger))
columnTypes.setTypeParser(DATE_ARRAY, (text) => parseFlatArray(text, (item) => item))

function toSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`integer out of range: ${text}`)
  return value
}

/** Sums of int8 come as numeric: a whole one beyond 2^53 would be rounded silently, so it is an error instead. */
function toSafeNumber(text: string): number {
  return /^-?\d+$/.test(text) ? toSafeInteger(text) : Number(text)
}

/** One-dimensional arrays of items that need no quotes: numbers and dates. */
function parseFlatArray<Item>(text: string, parseItem: (text: string) => Item): (Item | null)[] {
  const inner = text.slice(1, -1)
  if (inner === '') return []
  return inner.split(',').map((item) => (item === 'NULL' ? null : parseItem(item)))
}
