interface Touch {
  readonly kind: string
  readonly subject: string
}

/** What is done with a prospect, from the first third of a deal to the last. */
export const DEAL_TOUCHES: readonly [readonly Touch[], readonly Touch[], readonly Touch[]] = [
  [
    { kind: 'call', subject: 'First call about rent day' },
    { kind: 'email', subject: 'Introduction and two proposed times' },
    { kind: 'email', subject: 'Overview for the operations team' },
    { kind: 'call', subject: 'Discovery: how payments come in today' },
    { kind: 'meeting', subject: 'Discovery with site staff' },
  ],
  [
    { kind: 'demo', subject: 'Demo on a property of their size' },
    { kind: 'email', subject: 'Answers to the open questions' },
    { kind: 'call', subject: 'Integration with their property-management system' },
    { kind: 'meeting', subject: 'Business case with accounting' },
    { kind: 'email', subject: 'Reference call arranged' },
  ],
  [
    { kind: 'email', subject: 'Proposal sent' },
    { kind: 'call', subject: 'Proposal walk-through' },
    { kind: 'meeting', subject: 'Roll-out plan and cut-over day' },
    { kind: 'call', subject: 'Terms and start date' },
    { kind: 'email', subject: 'Revised order form' },
  ],
]

export const CHECK_IN_SUBJECTS: readonly Touch[] = [
  { kind: 'call', subject: 'Monthly check-in' },
  { kind: 'call', subject: 'Review after rent day' },
  { kind: 'email', subject: 'Adoption figures of the month' },
  { kind: 'email', subject: 'What is new in this release' },
  { kind: 'meeting', subject: 'Quarterly business review' },
  { kind: 'training', subject: 'Training for new site staff' },
  { kind: 'event', subject: 'Webinar: autopay in the first five days' },
]

export const NOTES = [
  'Wants fewer calls to the leasing office in the first week of the month.',
  'Accounting still keys reversals by hand; about a day a month.',
  'Autopay share is the figure they report to their owners.',
  'Asked how partial payments behave when a plan is broken.',
  'Site staff like the view by property, miss an export by owner.',
  'Needs the fee shown before the card is entered.',
  'Two properties join the portfolio next quarter.',
  'Sent the one-page summary afterwards.',
  'Happy with support; asked for a shorter monthly mail.',
  'Their owners’ reporting closes on the eighth; postings must be in by then.',
  'Would join a reference call after the next rent day.',
  'Asked for the security questionnaire in their own form.',
  'Bilingual texts matter for four of their properties.',
  'Grace period differs per state; we showed the setting.',
] as const
