import { ButtonLink } from '../parts/button.tsx'
import { Empty } from '../parts/states.tsx'
import { Page } from '../parts/page.tsx'

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <Empty
        title="There is nothing at this address that you may see."
        hint="The link may be old, or it belongs to someone with other rights."
      >
        <ButtonLink href="/" look="accent">
          Go home
        </ButtonLink>
      </Empty>
    </Page>
  )
}
