import { useMutation } from '@tanstack/react-query'
import { command } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { useTitle } from '../parts/page.tsx'
import { Problem } from '../parts/states.tsx'
import { tokenOf } from '../state/sign-in-token.ts'

/** Ends briefings outside Sophia from the link of an e-mail, without signing in. */
export function UnsubscribePage() {
  // In the hash, so that it stands in no server's log.
  const token = tokenOf(window.location.hash) ?? ''
  useTitle('Briefings')
  const end = useMutation({
    mutationFn: () => command('/api/briefings/unsubscribe', { method: 'POST', query: { token } }),
  })
  return (
    <main className="alone">
      <div className="alone-box">
        <h1>Briefings</h1>
        {end.isSuccess ? (
          <p>No more briefings will be sent to you. You can switch them on again under Briefing.</p>
        ) : token === '' ? (
          <p>This link is not whole. Open it again from the e-mail, or sign in and switch briefings off there.</p>
        ) : (
          <>
            <p>Shall briefings by e-mail and in the team’s channel stop?</p>
            {end.isError ? <Problem thrown={end.error} kept="Nothing was changed." /> : null}
            <div className="actions">
              <Button look="accent" isBusy={end.isPending} onClick={() => end.mutate()}>
                Stop them
              </Button>
            </div>
          </>
        )}
      </div>
    </main>
  )
}
