import { Button } from './button.tsx'
import { Problem } from './states.tsx'

interface MoreButtonProps {
  readonly list: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly isFetchNextPageError: boolean
    readonly error: unknown
    readonly fetchNextPage: () => Promise<unknown>
  }
}

/** The rest of a list, and what became of asking for it, where it was asked for. */
export function MoreButton({ list }: MoreButtonProps) {
  if (!list.hasNextPage) return null
  const more = (): void => void list.fetchNextPage()
  if (list.isFetchNextPageError) {
    return (
      <Problem
        thrown={list.error}
        kept="The rows above are as they were."
        onRetry={more}
        isRetrying={list.isFetchingNextPage}
      />
    )
  }
  return (
    <div className="more">
      <Button isBusy={list.isFetchingNextPage} onClick={more}>
        More
      </Button>
    </div>
  )
}
