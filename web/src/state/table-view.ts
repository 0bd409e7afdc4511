/** What a table shows, as the address bar keeps it. */
export interface TableView {
  readonly search: string
  readonly filters: Readonly<Record<string, string>>
  readonly sort: string
  readonly order: 'asc' | 'desc'
  /** Columns in their order; the first one always stays. */
  readonly columns: readonly string[]
  /** Cursors of the pages before this one; the last is the page shown. */
  readonly pages: readonly string[]
  /** The record open in the side sheet. */
  readonly open: string | null
}

export interface TableShape {
  readonly columns: readonly string[]
  readonly shownAtFirst: readonly string[]
  readonly sorts: readonly string[]
  readonly filters: readonly string[]
  readonly sort: string
  readonly order: 'asc' | 'desc'
}

/** Reads a view from the address; what is not known there falls back to the table's own. */
export function readView(query: string, shape: TableShape): TableView {
  const parts = new URLSearchParams(query)
  const sort = parts.get('sort') ?? ''
  const order = parts.get('order')
  const columns = (parts.get('columns') ?? '').split(',').filter((name) => shape.columns.includes(name))
  const filters = shape.filters
    .map((name) => [name, parts.get(name) ?? ''] as const)
    .filter(([, value]) => value !== '')
  const isSortKnown = shape.sorts.includes(sort)
  return {
    search: parts.get('search') ?? '',
    filters: Object.fromEntries(filters),
    sort: isSortKnown ? sort : shape.sort,
    order: isSortKnown && (order === 'asc' || order === 'desc') ? order : shape.order,
    columns: columns.length > 0 ? columns : shape.shownAtFirst,
    pages: parts.getAll('page').filter((cursor) => cursor !== ''),
    open: parts.get('open'),
  }
}

/** The shortest address that gives the same view again. */
export function writeView(view: TableView, shape: TableShape): string {
  const parts = new URLSearchParams()
  if (view.search !== '') parts.set('search', view.search)
  for (const name of shape.filters) {
    const value = view.filters[name]
    if (value) parts.set(name, value)
  }
  if (view.sort !== shape.sort || view.order !== shape.order) {
    parts.set('sort', view.sort)
    parts.set('order', view.order)
  }
  if (view.columns.join() !== shape.shownAtFirst.join()) parts.set('columns', view.columns.join(','))
  for (const cursor of view.pages) parts.append('page', cursor)
  if (view.open !== null) parts.set('open', view.open)
  return parts.toString()
}

/** A change of what is asked for starts at the first page again; opening a record does not. */
export function changeView(view: TableView, change: Partial<TableView>): TableView {
  const staysOnPage = Object.keys(change).every((name) => name === 'open' || name === 'columns' || name === 'pages')
  return { ...view, pages: staysOnPage ? view.pages : [], ...change }
}

/** Sorting by a column again turns the order round; a new column starts as `first` says. */
export function sortBy(view: TableView, sort: string, first: 'asc' | 'desc'): TableView {
  const turned = view.order === 'asc' ? 'desc' : 'asc'
  return changeView(view, { sort, order: view.sort === sort ? turned : first })
}
