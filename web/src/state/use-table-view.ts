import { useLocation, useSearch } from 'wouter'
import { changeView, readView, writeView, type TableShape, type TableView } from './table-view.ts'

/** A table's view in the address bar: a link shows the same rows to another person who may see them. */
export function useTableView(shape: TableShape): { view: TableView; change: (change: Partial<TableView>) => void } {
  const query = useSearch()
  const [path, go] = useLocation()
  const view = readView(query, shape)
  const change = (next: Partial<TableView>): void => {
    const text = writeView(changeView(view, next), shape)
    // Typing replaces, so that Back leads out of the list and not through each letter.
    go(text === '' ? path : `${path}?${text}`, { replace: 'search' in next })
  }
  return { view, change }
}
