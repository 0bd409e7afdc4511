import { useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'sophia.theme'

/** The chosen theme; `system` follows the operating system. `theme.js` applies it before the first paint. */
export function useTheme(): { theme: Theme; choose: (theme: Theme) => void } {
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const choose = (next: Theme): void => {
    setTheme(next)
    if (next === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = next
    try {
      localStorage.setItem(KEY, next)
    } catch {
      // Storage is closed: the choice holds until the page goes.
    }
  }
  return { theme, choose }
}

function chosenTheme(): Theme {
  const chosen = document.documentElement.dataset['theme']
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}
