/**
 * Reads what `opentelemetry/proto/trace/v1` defines, as far as tests look at it, into the shape of its JSON form: field
 * numbers are those of the published definition.
 */
export function readOtlp(bytes: Uint8Array): unknown {
  const request = fieldsOf(bytes)
  return { resourceSpans: all(request, 1).map(readResourceSpans) }
}

function readResourceSpans(bytes: Uint8Array): unknown {
  const fields = fieldsOf(bytes)
  const [resource] = all(fields, 1)
  return {
    resource: { attributes: resource ? all(fieldsOf(resource), 1).map(readAttribute) : [] },
    scopeSpans: all(fields, 2).map((scope) => ({ spans: all(fieldsOf(scope), 2).map(readSpan) })),
  }
}

function readSpan(bytes: Uint8Array): unknown {
  const fields = fieldsOf(bytes)
  const hex = (field: number): string => Buffer.from(all(fields, field)[0] ?? []).toString('hex')
  const text = (field: number): string => Buffer.from(all(fields, field)[0] ?? []).toString()
  const [status] = all(fields, 15)
  return {
    traceId: hex(1),
    spanId: hex(2),
    traceState: text(3),
    ...(hex(4) === '' ? {} : { parentSpanId: hex(4) }),
    name: text(5),
    kind: Number(one(fields, 6)),
    startTimeUnixNano: one(fields, 7),
    endTimeUnixNano: one(fields, 8),
    attributes: all(fields, 9).map(readAttribute),
    links: all(fields, 13).map(readLink),
    ...(status ? { status: { code: Number(one(fieldsOf(status), 3)) } } : {}),
  }
}

function readLink(bytes: Uint8Array): unknown {
  const fields = fieldsOf(bytes)
  const hex = (field: number): string => Buffer.from(all(fields, field)[0] ?? []).toString('hex')
  return { traceId: hex(1), spanId: hex(2) }
}

function readAttribute(bytes: Uint8Array): unknown {
  const fields = fieldsOf(bytes)
  const [value] = all(fields, 2)
  return { key: Buffer.from(all(fields, 1)[0] ?? []).toString(), value: { value: value ? readValue(value) : null } }
}

function readValue(bytes: Uint8Array): unknown {
  const [field] = fieldsOf(bytes)
  if (field === undefined) return null
  if (field.number === 1 && field.value instanceof Uint8Array) return Buffer.from(field.value).toString()
  if (field.number === 4 && typeof field.value === 'bigint') {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigUint64(0, field.value)
    return view.getFloat64(0)
  }
  return typeof field.value === 'bigint' ? Number(field.value) : null
}

interface Field {
  readonly number: number
  /** Of a length-delimited one its bytes, of the others their bits. */
  readonly value: bigint | Uint8Array
}

function all(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && field.value instanceof Uint8Array ? [field.value] : []))
}

function one(fields: readonly Field[], number: number): bigint {
  const found = fields.find((field) => field.number === number)?.value
  return typeof found === 'bigint' ? found : 0n
}

/** The wire format of protocol buffers: varints, fixed numbers and bytes, one after the other. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at)
      at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const fixed = (size: 4 | 8): bigint => {
    const value = size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true))
    at += size
    return value
  }
  while (at < bytes.byteLength) {
    const key = varint()
    const number = Number(key >> 3n)
    const kind = Number(key & 7n)
    if (kind === 0) fields.push({ number, value: varint() })
    else if (kind === 1) fields.push({ number, value: fixed(8) })
    else if (kind === 5) fields.push({ number, value: fixed(4) })
    else {
      const length = Number(varint())
      fields.push({ number, value: bytes.subarray(at, at + length) })
      at += length
    }
  }
  return fields
}
