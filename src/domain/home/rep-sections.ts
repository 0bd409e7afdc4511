import { countOf } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import type { Evidence } from '../skill.ts'
import { askMarcus, inDaysText, openRecord, sectionOf, sentenceOf } from './section-parts.ts'
import type { CommitmentDue, DealNeedingMe, Found, HomeEntry, HomeSection, MeetingAhead } from './sections.ts'

/** A rep's open deals that need the rep. */
export function myDealsSection(found: Found<DealNeedingMe>): HomeSection {
  return sectionOf(
    {
      id: 'my_deals',
      title: 'Deals that need you',
      open: '/deals?status=open&sort=risk&order=desc',
      allWell: `None of the ${countOf(found.lookedAt, 'open deal')} has high risk, an overdue next step or a passed close.`,
      noData: 'There are no open deals of yours here.',
    },
    found,
    dealEntry,
  )
}

function dealEntry(row: DealNeedingMe): HomeEntry {
  const record: Evidence = { kind: 'deal', id: row.id, label: row.name }
  const step = row.nextStep === null ? 'The next step' : `The next step "${row.nextStep}"`
  const reasons = [
    row.riskLevel === 'high' ? sentenceOf(row.reason ?? 'High risk') : '',
    row.stepDaysLate === null ? '' : `${step} is ${countOf(row.stepDaysLate, 'day')} overdue.`,
    row.closeDaysLate === null ? '' : `The expected close passed ${countOf(row.closeDaysLate, 'day')} ago.`,
  ]
  return {
    id: `my_deals:${row.id}`,
    title: row.name,
    why: reasons.filter((reason) => reason !== '').join(' '),
    figure: row.value === null ? null : `${formatMoney(row.value)}${row.isEstimated ? ' (list price)' : ''}`,
    signal: row.riskLevel === 'high' ? 'risk' : 'watch',
    onDay: null,
    record,
    evidence: [record],
    action: askMarcus(`Coach me on the deal ${row.askName}`),
  }
}

/** Meetings and calls that lie ahead. */
export function meetingsSection(found: Found<MeetingAhead>): HomeSection {
  return sectionOf(
    {
      id: 'meetings',
      title: 'Meetings ahead',
      open: '/deals?status=open&sort=lastActivityOn&order=desc',
      allWell: 'No meeting or call is planned for the next 14 days.',
      noData: 'Whether meetings lie ahead is unknown: no meeting or call of yours is imported.',
    },
    found,
    meetingEntry,
  )
}

function meetingEntry(row: MeetingAhead): HomeEntry {
  const record: Evidence = { kind: 'activity', id: row.id, label: row.subject ?? `${row.kind} on ${row.onDay}` }
  const about = row.deal ?? row.client
  const person =
    row.contactName === null ? '' : `with ${row.contactName}${row.contactRole ? ` (${row.contactRole})` : ''}`
  const place = [person, row.client === null ? '' : `at ${row.client.label}`].filter((part) => part !== '').join(' ')
  return {
    id: `meetings:${row.id}`,
    title: about === null ? record.label : `${record.label}: ${about.label}`,
    why: sentenceOf(`${row.kind} ${place}`),
    figure: inDaysText(row.inDays),
    signal: null,
    onDay: row.onDay,
    record: about ?? record,
    evidence: [record, row.deal, row.client].filter((item) => item !== null),
    action: askMarcus(`Prepare me for the meeting about ${about?.label ?? record.label}`),
  }
}

/** What was promised in calls and falls due or has. */
export function commitmentsSection(found: Found<CommitmentDue>): HomeSection {
  return sectionOf(
    {
      id: 'commitments',
      title: 'Commitments due',
      open: '/deals?status=open',
      allWell: 'Nothing that was promised in a call is due within 7 days.',
      noData: 'No commitment is recorded: they come from imported call transcripts.',
    },
    found,
    commitmentEntry,
  )
}

const SIDE_WORDS = { us: 'We promised', them: 'They promised', unknown: 'Promised' } as const

function commitmentEntry(row: CommitmentDue): HomeEntry {
  const about = row.deal ?? row.client
  const who = row.speaker === null ? '' : ` (${row.speaker})`
  return {
    id: `commitments:${row.id}`,
    title: row.text,
    why: `${SIDE_WORDS[row.side]}${who} on ${row.saidOn}${about === null ? '' : `, ${about.label}`}.`,
    figure: row.daysLate > 0 ? `${countOf(row.daysLate, 'day')} late` : inDaysText(-row.daysLate),
    signal: row.daysLate > 0 ? 'risk' : 'watch',
    onDay: row.dueOn,
    record: about ?? row.transcript,
    evidence: [row.transcript, row.deal, row.client].filter((item) => item !== null),
    action:
      about === null
        ? askMarcus(`Draft a follow-up to the call ${row.transcript.label}`)
        : openRecord(about, `Open the ${about.kind}`),
  }
}
