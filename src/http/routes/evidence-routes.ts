import { EvidenceKind, EvidenceList, EvidenceQuery } from '#contract/records.ts'
import { SophiaError } from '#domain/errors.ts'
import type { EvidenceRoom } from '#features/evidence/index.ts'
import { defineRoute, type Route } from '../route.ts'

/** The rows that figures came from. */
export function evidenceRoutes({ evidence }: { readonly evidence: EvidenceRoom }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/evidence',
        summary: 'The rows a figure came from, in words; rows you may not see are left out',
        access: 'records:read',
        query: EvidenceQuery,
        response: EvidenceList,
      },
      async ({ principal, query }) => ({ items: await evidence.list(principal, query.refs.split(',').map(parseRef)) }),
    ),
  ]
}

/** `invoice:inv-7`; INVALID_INPUT names a kind that is none and an id that is not encoded as an address is. */
function parseRef(ref: string, index: number): { kind: EvidenceKind; id: string } {
  const colon = ref.indexOf(':')
  const kind = EvidenceKind.safeParse(ref.slice(0, colon))
  const id = decode(ref.slice(colon + 1))
  if (!kind.success) throw faultOf(index, `there is no kind of row called ${JSON.stringify(ref.slice(0, 40))}`)
  // PostgreSQL holds no text with a zero character, so no row can have it.
  if (id === null || id.includes('\u0000')) throw faultOf(index, 'the id is not written as an address may hold it')
  return { kind: kind.data, id }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray percent sign: the caller is told which reference it was.
    return null
  }
}

function faultOf(index: number, message: string): SophiaError {
  return new SophiaError('INVALID_INPUT', {
    detail: 'Name rows as kind:id, with commas between.',
    faults: [{ path: `refs.${index}`, message }],
  })
}
