import type { DealDetail } from '#contract/records.ts'
import { SignalTag } from './signal.tsx'
import { DayText } from './values.tsx'

export function ContactList({ contacts, asOf }: { contacts: DealDetail['contacts']; asOf: string }) {
  if (contacts.length === 0) return <p className="quiet small">No contacts in the data.</p>
  return (
    <ul className="contacts">
      {contacts.map((contact) => (
        <li key={contact.id}>
          <p>
            <strong>{contact.name}</strong> {contact.leftOn ? <SignalTag signal="risk">Left</SignalTag> : null}
          </p>
          <p className="small quiet">
            {[contact.title, contact.role].filter(Boolean).join(' · ') || 'Role unknown'} · last contact{' '}
            <DayText day={contact.lastContactedOn} asOf={asOf} />
          </p>
        </li>
      ))}
    </ul>
  )
}
