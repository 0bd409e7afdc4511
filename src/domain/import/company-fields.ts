import { field, reference, type KindDefinition } from './import-kind.ts'

/** Who we sell to, who sells, and what: the records that others point to. */

const currency = field('currency', 'currency', {
  label: 'Currency',
  type: 'currency',
  synonyms: 'currency code, currency iso code, ccy',
})

export const CLIENTS: KindDefinition = {
  kind: 'clients',
  table: 'clients',
  naturalKey: ['name'],
  keyNeeds: 'name',
  isReferable: true,
  fields: [
    field('id', 'id', {
      label: 'Id',
      synonyms: 'client id, account id, customer id, company id, account number, crm id',
    }),
    field('name', 'name', {
      label: 'Name',
      isRequired: true,
      synonyms:
        'account, account name, client, client name, company, company name, customer, customer name, organization, organisation',
    }),
    field('segment', 'segment', { label: 'Segment', synonyms: 'tier, account type, customer segment, market segment' }),
    field('industry', 'industry', { label: 'Industry', synonyms: 'sector, vertical, branch' }),
    field('region', 'region', {
      label: 'Region',
      synonyms: 'office location, country, location, territory, billing country, geography',
    }),
    reference('owner', 'owner_rep_id', {
      label: 'Owner',
      target: 'reps',
      synonyms: 'account owner, owner name, owner id, rep, sales rep, sales agent, account executive, account manager',
    }),
    reference('csm', 'csm_rep_id', {
      label: 'Customer success manager',
      target: 'reps',
      synonyms: 'csm name, csm id, customer success, success manager, customer success owner',
    }),
    reference('parent', 'parent_client_id', {
      label: 'Parent',
      target: 'clients',
      synonyms: 'subsidiary of, parent account, parent company, parent client, parent id, parent account id',
    }),
    field('employees', 'employees', {
      label: 'Employees',
      type: 'int',
      synonyms: 'number of employees, employee count, headcount, no of employees',
    }),
    field('revenue', 'revenue_micros', {
      label: "Client's own revenue",
      type: 'money',
      synonyms: 'annual revenue, yearly revenue, turnover',
    }),
    field('arr', 'arr_micros', {
      label: 'Annual recurring revenue',
      type: 'money',
      synonyms: 'annual contract value, acv, contract value, subscription value',
    }),
    currency,
    field('licensedSeats', 'licensed_seats', {
      label: 'Licensed seats',
      type: 'int',
      synonyms: 'seats, licenses, licences, seat count',
    }),
    field('unitsManaged', 'units_managed', {
      label: 'Units managed',
      type: 'int',
      synonyms: 'units, doors, number of units, unit count',
    }),
    field('customerSince', 'customer_since', {
      label: 'Customer since',
      type: 'day',
      synonyms: 'start date, client since, contract start, onboarded on, go live date',
    }),
    field('renewalOn', 'renewal_on', {
      label: 'Renewal',
      type: 'day',
      synonyms: 'renewal date, contract end, contract end date, renews on, subscription end',
    }),
    field('nps', 'nps', { label: 'Net promoter score', type: 'int', synonyms: 'nps score, net promoter' }),
  ],
}

export const REPS: KindDefinition = {
  kind: 'reps',
  table: 'reps',
  naturalKey: ['name'],
  keyNeeds: 'name',
  isReferable: true,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'rep id, user id, employee id, sales rep id, owner id' }),
    field('name', 'name', {
      label: 'Name',
      isRequired: true,
      synonyms:
        'sales agent, agent, rep, rep name, sales rep, salesperson, full name, employee, user, owner, account executive, csm',
    }),
    field('email', 'email', { label: 'E-mail', synonyms: 'mail, email address, e-mail address, work email' }),
    {
      name: 'kind',
      column: 'kind',
      label: 'Kind',
      type: 'enum',
      isOpen: false,
      words: {
        rep: ['sales', 'sales rep', 'account executive', 'ae', 'sales agent', 'seller'],
        csm: ['customer success', 'customer success manager', 'success', 'success manager'],
      },
      synonyms: ['role', 'job', 'function', 'type'],
    },
    field('manager', 'manager', {
      label: 'Manager',
      synonyms: 'sales manager, team lead, lead, manager name, reports to',
    }),
    field('region', 'region', { label: 'Region', synonyms: 'regional office, office, territory, location' }),
    // not `annual quota`: a year's must not be taken for a quarter's unseen
    field('quota', 'quota_micros', {
      label: 'Quota per quarter',
      type: 'money',
      synonyms: 'quarterly quota, quarter quota, quota per quarter, quarterly target, target, sales target',
    }),
  ],
}

export const PRODUCTS: KindDefinition = {
  kind: 'products',
  table: 'products',
  naturalKey: ['name'],
  keyNeeds: 'name',
  isReferable: true,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'product id, sku, product code, item number' }),
    field('name', 'name', { label: 'Name', isRequired: true, synonyms: 'product, product name, item, title' }),
    field('series', 'series', { label: 'Series', synonyms: 'family, product family, category, line, product line' }),
    field('listPrice', 'list_price_micros', {
      label: 'List price',
      type: 'money',
      synonyms: 'sales price, price, unit price, standard price, retail price',
    }),
    currency,
  ],
}

export const CONTACTS: KindDefinition = {
  kind: 'contacts',
  table: 'contacts',
  naturalKey: ['client', 'name', 'email'],
  keyNeeds: 'name',
  isReferable: true,
  fields: [
    field('id', 'id', { label: 'Id', synonyms: 'contact id, person id' }),
    reference('client', 'client_id', {
      label: 'Client',
      target: 'clients',
      isRequired: true,
      synonyms:
        'client id, client name, account, account name, account id, company, company name, customer, customer id, organization',
    }),
    field('name', 'name', { label: 'Name', isRequired: true, synonyms: 'contact, contact name, full name, person' }),
    field('email', 'email', { label: 'E-mail', synonyms: 'mail, email address, e-mail address, work email' }),
    field('title', 'title', { label: 'Title', synonyms: 'job title, position' }),
    {
      name: 'role',
      column: 'role',
      label: 'Role in the deal',
      type: 'enum',
      isOpen: true,
      words: {
        champion: ['internal champion', 'coach', 'sponsor'],
        'economic buyer': ['economic-buyer', 'eb', 'budget holder', 'decision maker'],
        user: ['end user'],
        blocker: ['detractor'],
      },
      synonyms: ['contact role', 'buying role', 'influence'],
    },
    field('leftOn', 'left_on', { label: 'Left on', type: 'day', synonyms: 'left, departed on, left company on' }),
    field('lastContactedOn', 'last_contacted_on', {
      label: 'Last contacted',
      type: 'day',
      synonyms: 'last contact, last contact date, last touch, last activity date',
    }),
  ],
}
