import { ClientQuery, DealQuery } from '#contract/records.ts'
import type { TableShape } from './table-view.ts'

/** The deal list; sorts are those of `GET /api/deals`. */
export const DEAL_TABLE: TableShape = {
  columns: [
    'name',
    'client',
    'value',
    'stage',
    'owner',
    'product',
    'createdOn',
    'expectedCloseOn',
    'closedOn',
    'nextStep',
    'lastActivityOn',
    'ageDays',
    'risk',
  ],
  shownAtFirst: ['name', 'risk', 'client', 'value', 'stage', 'owner', 'expectedCloseOn', 'lastActivityOn', 'ageDays'],
  sorts: DealQuery.shape.sort.unwrap().options,
  // `show` is the page's own: a board instead of the table.
  filters: ['status', 'stage', 'repId', 'clientId', 'risk', 'show'],
  sort: 'createdOn',
  order: 'desc',
}

/** The client list; sorts are those of `GET /api/clients`. */
export const CLIENT_TABLE: TableShape = {
  columns: [
    'name',
    'arr',
    'renewalOn',
    'csm',
    'owner',
    'segment',
    'industry',
    'region',
    'openDeals',
    'employees',
    'customerSince',
    'lastActivityOn',
    'health',
    'trend',
  ],
  shownAtFirst: ['name', 'health', 'trend', 'arr', 'renewalOn', 'csm', 'segment', 'lastActivityOn'],
  sorts: ClientQuery.shape.sort.unwrap().options,
  filters: ['segment', 'industry', 'band', 'csmRepId'],
  sort: 'name',
  order: 'asc',
}

/** The list of memories; filters are those of `GET /api/memories`. */
export const MEMORY_TABLE: TableShape = {
  columns: ['text'],
  shownAtFirst: ['text'],
  sorts: [],
  filters: ['subjectKind', 'subjectId', 'kind', 'persona', 'status'],
  sort: '',
  order: 'desc',
}

/** The list of drafts; its filter is that of `GET /api/drafts`. */
export const DRAFT_TABLE: TableShape = {
  columns: ['title'],
  shownAtFirst: ['title'],
  sorts: [],
  filters: ['status'],
  sort: '',
  order: 'desc',
}
