import { field, reference, type KindDefinition } from './import-kind.ts'

/** What happens with the clients: deals, activities, usage, invoices, tickets, transcripts. */

const currency = field('currency', 'currency', {
  label: 'Currency',
  type: 'currency',
  synonyms: 'currency code, currency iso code, ccy',
})
const client = (isRequired: boolean) =>
  reference('client', 'client_id', {
    label: 'Client',
    target: 'clients',
    isRequired,
    synonyms:
      'client id, client name, account, account name, account id, company, company name, customer, customer name, customer id, organization',
  })
const deal = reference('deal', 'deal_id', {
  label: 'Deal',
  target: 'deals',
  synonyms: 'deal id, deal name, opportunity, opportunity id, opportunity name',
})
const rep = reference('rep', 'rep_id', {
  label: 'Rep',
  target: 'reps',
  synonyms:
    'rep id, rep name, sales agent, sales rep, agent, owner, owner name, owner id, deal owner, opportunity owner, account executive, salesperson, assigned to, user',
})

export const DEALS: KindDefinition = {
  kind: 'deals',
  table: 'deals',
  naturalKey: ['name', 'client'],
  keyNeeds: 'name',
  isReferable: true,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'opportunity id, deal id, record id, opp id, crm id' }),
    field('name', 'name', {
      label: 'Name',
      synonyms: 'deal, deal name, opportunity, opportunity name, title, subject',
    }),
    client(false),
    rep,
    reference('product', 'product_id', {
      label: 'Product',
      target: 'products',
      synonyms: 'product id, product name, item, sku',
    }),
    field('stage', 'stage', {
      label: 'Stage',
      type: 'stage',
      isRequired: true,
      synonyms: 'deal stage, sales stage, stage name, status, opportunity stage, pipeline stage',
    }),
    field('value', 'value_micros', {
      label: 'Value',
      type: 'money',
      synonyms: 'close value, amount, deal value, deal amount, opportunity amount, contract value, deal size',
    }),
    currency,
    field('createdOn', 'created_on', {
      label: 'Created on',
      type: 'day',
      synonyms:
        'engage date, created, create date, created date, created at, date created, opened on, open date, start date',
    }),
    field('stageEnteredOn', 'stage_entered_on', {
      label: 'In this stage since',
      type: 'day',
      synonyms: 'stage entered, stage entered date, last stage change date, stage since, date entered stage',
    }),
    field('expectedCloseOn', 'expected_close_on', {
      label: 'Expected close',
      type: 'day',
      synonyms: 'expected close date, estimated close date, forecast close date, target close date',
    }),
    field('closedOn', 'closed_on', {
      label: 'Closed on',
      type: 'day',
      synonyms: 'closed date, date closed, actual close date, won date, closed at',
    }),
    field('closeOn', null, {
      label: 'Close date (closed on when won or lost, expected close while open)',
      type: 'day',
      synonyms: 'close date, closing date',
    }),
    field('pushedCount', 'pushed_count', {
      label: 'Times pushed',
      type: 'int',
      synonyms: 'push count, pushes, push counter',
    }),
    field('nextStep', 'next_step', { label: 'Next step', synonyms: 'next steps, next action' }),
    field('nextStepOn', 'next_step_on', {
      label: 'Next step on',
      type: 'day',
      synonyms: 'next step date, next action date, follow up date, next activity date',
    }),
    reference('champion', 'champion_contact_id', {
      label: 'Champion',
      target: 'contacts',
      synonyms: 'champion id, champion name, champion contact id, internal champion',
    }),
    reference('economicBuyer', 'economic_buyer_contact_id', {
      label: 'Economic buyer',
      target: 'contacts',
      synonyms: 'economic buyer id, economic buyer contact id, budget holder, decision maker',
    }),
    field('decisionCriteria', 'decision_criteria', { label: 'Decision criteria', synonyms: 'criteria' }),
    field('timeline', 'timeline', { label: 'Timeline', synonyms: 'time line, decision timeline' }),
    field('competitor', 'competitor', { label: 'Competitor', synonyms: 'competitors, main competitor, competition' }),
    field('lostReason', 'lost_reason', {
      label: 'Lost because',
      synonyms: 'loss reason, lost reason, closed lost reason, reason lost, reason',
    }),
  ],
}

export const ACTIVITIES: KindDefinition = {
  kind: 'activities',
  table: 'activities',
  naturalKey: ['onDay', 'kind', 'client', 'deal', 'rep', 'contact', 'subject'],
  keyNeeds: 'onDay',
  isReferable: false,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'activity id, task id, event id' }),
    {
      name: 'kind',
      column: 'kind',
      label: 'Kind',
      type: 'enum',
      isOpen: true,
      isRequired: true,
      words: {
        call: ['phone call', 'phone', 'outbound call', 'inbound call'],
        email: ['e-mail', 'mail', 'outbound email', 'inbound email'],
        meeting: ['appointment', 'event', 'on-site meeting', 'video meeting'],
        demo: ['demonstration', 'product demo'],
        note: ['comment', 'memo'],
      },
      synonyms: ['type', 'activity type', 'activity', 'channel'],
    },
    field('onDay', 'on_day', {
      label: 'Day',
      type: 'day',
      isRequired: true,
      synonyms: 'date, activity date, day, on, timestamp, when, due date, start, created at',
    }),
    client(false),
    deal,
    rep,
    reference('contact', 'contact_id', {
      label: 'Contact',
      target: 'contacts',
      synonyms: 'contact id, contact name, person, with',
    }),
    field('subject', 'subject', { label: 'Subject', synonyms: 'title, summary, name' }),
    field('notes', 'notes', { label: 'Notes', synonyms: 'description, body, comments, details, text' }),
  ],
}

export const USAGE: KindDefinition = {
  kind: 'usage',
  table: 'usage_days',
  naturalKey: ['client', 'onDay'],
  keyNeeds: 'onDay',
  isReferable: false,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'usage id, row id' }),
    client(true),
    field('onDay', 'on_day', {
      label: 'Day',
      type: 'day',
      isRequired: true,
      synonyms: 'date, day, on, usage date, week, period, month',
    }),
    field('activeUsers', 'active_users', {
      label: 'Active users',
      type: 'int',
      synonyms: 'users, dau, wau, mau, users active',
    }),
    field('licensedSeats', 'licensed_seats', {
      label: 'Licensed seats',
      type: 'int',
      synonyms: 'seats, licenses, licences',
    }),
    field('sessions', 'sessions', { label: 'Sessions', type: 'int', synonyms: 'logins, visits, session count' }),
    field('featuresUsed', 'features_used', {
      label: 'Features used',
      type: 'int',
      synonyms: 'features adopted, feature count',
    }),
    field('featuresAvailable', 'features_available', {
      label: 'Features available',
      type: 'int',
      synonyms: 'features, features total',
    }),
    field('paymentsProcessed', 'payments_processed', {
      label: 'Payments processed',
      type: 'int',
      synonyms: 'payments, transactions',
    }),
  ],
}

export const INVOICES: KindDefinition = {
  kind: 'invoices',
  table: 'invoices',
  naturalKey: ['client', 'issuedOn', 'dueOn', 'amount'],
  keyNeeds: 'issuedOn',
  isReferable: false,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'invoice id, invoice number, invoice no, invoice, number' }),
    client(true),
    field('amount', 'amount_micros', {
      label: 'Amount',
      type: 'money',
      synonyms: 'total, invoice amount, amount due, value, gross amount',
    }),
    currency,
    field('issuedOn', 'issued_on', {
      label: 'Issued on',
      type: 'day',
      synonyms: 'invoice date, issue date, issued, date, billed on',
    }),
    field('dueOn', 'due_on', { label: 'Due on', type: 'day', synonyms: 'due date, due, payable by' }),
    field('paidOn', 'paid_on', {
      label: 'Paid on',
      type: 'day',
      synonyms: 'paid date, payment date, paid, settled on',
    }),
  ],
}

export const TICKETS: KindDefinition = {
  kind: 'tickets',
  table: 'tickets',
  naturalKey: ['client', 'openedOn', 'subject'],
  keyNeeds: 'subject',
  isReferable: false,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'ticket id, ticket number, case number, case id, ticket' }),
    client(true),
    field('openedOn', 'opened_on', {
      label: 'Opened on',
      type: 'day',
      isRequired: true,
      synonyms: 'opened, created, created at, created on, created date, date, open date, date opened',
    }),
    field('resolvedOn', 'resolved_on', {
      label: 'Resolved on',
      type: 'day',
      synonyms: 'resolved, closed, closed on, closed at, solved at, resolution date, date closed',
    }),
    field('severity', 'severity', { label: 'Severity', synonyms: 'priority, urgency' }),
    field('escalated', 'escalated', { label: 'Escalated', type: 'boolean', synonyms: 'is escalated, escalation' }),
    field('satisfaction', 'satisfaction', {
      label: 'Satisfaction',
      type: 'int',
      synonyms: 'csat, rating, satisfaction score',
    }),
    field('subject', 'subject', { label: 'Subject', synonyms: 'title, summary, issue, description' }),
  ],
}

export const TRANSCRIPTS: KindDefinition = {
  kind: 'transcripts',
  table: 'transcripts',
  naturalKey: ['onDay', 'title', 'client', 'deal'],
  keyNeeds: 'title',
  isReferable: false,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'transcript id, call id, recording id' }),
    client(false),
    deal,
    rep,
    field('onDay', 'on_day', {
      label: 'Day',
      type: 'day',
      isRequired: true,
      synonyms: 'date, call date, day, recorded on, started at',
    }),
    field('title', 'title', { label: 'Title', isRequired: true, synonyms: 'subject, call title, name, topic' }),
    field('speakers', 'speakers', { label: 'Speakers', synonyms: 'participants, attendees, parties' }),
    field('body', 'body', { label: 'Text', isRequired: true, synonyms: 'transcript, text, content, transcription' }),
  ],
}
