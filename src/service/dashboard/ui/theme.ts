// Owns light and dark: what the system prefers, unless a person chose here.
import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'heysync.theme'

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

export const theme = signal<Theme>(stored())

/** What is seen now. */
export function isDark(): boolean {
  if (theme.value !== 'system') return theme.value === 'dark'
  return matchMedia('(prefers-color-scheme: dark)').matches
}

export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    try {
      if (theme.value === 'system') localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, theme.value)
    } catch {
      // Kept for as long as the page is open, where nothing may be stored.
    }
  })
}
