import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { useLocation } from 'wouter'
import { LinkInfo } from '#contract/access.ts'
import { call, command } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { useTitle } from '../parts/page.tsx'
import { Problem, Skeleton } from '../parts/states.tsx'
import { tokenOf } from '../state/sign-in-token.ts'

/** Opens by a one-time link; its token sits after the # so that no server or log on the way sees it. */
export function SignInPage() {
  const [token] = useState(() => tokenOf(window.location.hash))
  useTitle('Sign in')
  useEffect(() => {
    // The token leaves the address bar and the history as soon as it is held here.
    if (token) window.history.replaceState(null, '', '/sign-in')
  }, [token])
  return (
    <main className="alone">
      <div className="alone-box">
        <img src="/mark.svg" alt="" width="40" height="40" />
        {token ? <WithLink token={token} /> : <WithoutLink />}
      </div>
    </main>
  )
}

function WithoutLink() {
  return (
    <>
      <h1>Sign in by link</h1>
      <p>Sophia lets people in by a one-time link. Open the one you were sent.</p>
      <p className="quiet small">
        No link? The person who runs Sophia can make one under Members. On the machine itself,{' '}
        <code>npx sophia members sign-in-link you@example.com</code> gives one. The first of all stands in the terminal
        where Sophia was started, or in <code>sign-in-link</code> in her home.
      </p>
    </>
  )
}

function WithLink({ token }: { token: string }) {
  const info = useQuery({
    queryKey: ['link'],
    queryFn: ({ signal }) => call(LinkInfo, '/api/session/link', { method: 'POST', json: { token }, signal }),
    retry: false,
  })
  if (info.data) return <SignInForm token={token} info={info.data} />
  return info.isError ? (
    <>
      <h1>This link does not open</h1>
      <Problem thrown={info.error} />
    </>
  ) : (
    <Skeleton lines={3} />
  )
}

const TITLES = {
  owner: 'Welcome. You are the first here.',
  invitation: 'You are invited',
  'sign-in': 'Welcome back',
} as const

function SignInForm({ token, info }: { token: string; info: LinkInfo }) {
  const client = useQueryClient()
  const [, go] = useLocation()
  const isOwner = info.kind === 'owner'
  const signIn = useMutation({
    mutationFn: (who: { email?: string; name?: string }) =>
      command('/api/session', { method: 'POST', json: { token, ...who } }),
    onSuccess: async () => {
      await client.resetQueries({ queryKey: ['me'] })
      go('/', { replace: true })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    signIn.mutate(isOwner ? { email: textOf(form, 'email'), name: textOf(form, 'name') } : {})
  }
  return (
    <form onSubmit={submit} className="form">
      <h1>{TITLES[info.kind]}</h1>
      {isOwner ? (
        <>
          <p>You become the owner: you can invite others and set what they may see.</p>
          <Field label="Your name" name="name" autoComplete="name" required maxLength={200} autoFocus />
          <Field
            label="Your email"
            name="email"
            type="email"
            autoComplete="email"
            required
            hint="Rows of the same email in your data become yours. Nothing is sent to it."
          />
        </>
      ) : (
        <p>
          Continue as <strong>{info.name ?? info.email}</strong>
          {info.name && info.email ? <span className="quiet"> ({info.email})</span> : null}.
        </p>
      )}
      {signIn.isError ? <Problem thrown={signIn.error} /> : null}
      <Button type="submit" look="accent" isBusy={signIn.isPending}>
        {isOwner ? 'Set up Sophia' : 'Sign in'}
      </Button>
    </form>
  )
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
