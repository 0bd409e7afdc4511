import { useMutation } from '@tanstack/react-query'
import { command } from '../api/client.ts'
import { useMe } from '../state/use-me.ts'
import { useTheme } from '../state/use-theme.ts'
import { labelWords } from '../state/words.ts'
import { IconButton } from './button.tsx'

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const me = useMe()
  const { choose } = useTheme()
  const signOut = useMutation({
    mutationFn: () => command('/api/session', { method: 'DELETE' }),
    // The whole page goes, and with it everything that was read under this member.
    onSettled: () => window.location.assign('/sign-in'),
  })
  const turnTheme = (): void => {
    const chosen = document.documentElement.dataset['theme']
    const isDark = chosen ? chosen === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches
    choose(isDark ? 'light' : 'dark')
  }
  return (
    <div className="account">
      <div className="account-who">
        <span className="account-name truncate" title={me.email}>
          {me.name}
        </span>
        <span className="tiny quiet truncate">{labelWords(me.role)}</span>
      </div>
      <div className="account-actions">
        <IconButton icon="moon" label="Switch between light and dark" onClick={turnTheme} />
        <IconButton icon="keyboard" label="Keyboard shortcuts" onClick={onShortcuts} />
        <IconButton icon="exit" label="Sign out" onClick={() => signOut.mutate()} />
      </div>
    </div>
  )
}
