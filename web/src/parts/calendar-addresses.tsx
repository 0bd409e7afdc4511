import type { CalendarNow } from '#contract/calendar.ts'
import { momentWords, type Reader } from '../state/calendar-words.ts'

type Address = CalendarNow['addresses'][number]

interface AddressesProps {
  addresses: readonly Address[]
  reader: Reader
}

/** Where events are fetched from, and how old they are. */
export function FetchedAddresses({ addresses, reader }: AddressesProps) {
  return addresses
    .filter(({ reason }) => reason === null)
    .map((address) => (
      <p key={keyOf(address)} className="small quiet tabular calendar-next">
        {address.fetchedAt === null
          ? `The events of ${address.from} are being fetched.`
          : `Events of ${address.from} as of ${momentWords(address.fetchedAt, reader)}.`}
      </p>
    ))
}

/** Where they could not be fetched, and what is in force meanwhile. */
export function FailedAddresses({ addresses, reader }: AddressesProps) {
  return addresses
    .filter(({ reason }) => reason !== null)
    .map((address) => (
      <div key={keyOf(address)} className="notice notice-risk" role="status">
        <p>
          <strong>The events of {address.from} could not be fetched:</strong> {address.reason}.{' '}
          {remains(address, reader)}
        </p>
      </div>
    ))
}

function keyOf({ from, usedBy }: Address): string {
  return `${from} ${usedBy.join(' ')}`
}

function remains({ fetchedAt, usedBy }: Address, reader: Reader): string {
  const whose = usedBy.join(', ')
  return fetchedAt === null
    ? `Until they are, ${whose} has none.`
    : `Those of ${momentWords(fetchedAt, reader)} stay in force for ${whose}.`
}
