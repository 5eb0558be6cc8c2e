// Owns the table of places: what the navigation shows, and the letter after g that leads there.
import type { IconName } from '../ui/icon.tsx'
import { to } from './route.ts'

export interface Place {
  readonly name: string
  readonly href: string
  /** First part of its path; '' is the overview. */
  readonly at: string
  readonly icon: IconName
  readonly key: string
}

export const PLACES: readonly Place[] = [
  { name: 'Overview', href: to(), at: '', icon: 'overview', key: 'o' },
  { name: 'Cycles', href: to('cycles'), at: 'cycles', icon: 'cycles', key: 'c' },
  { name: 'People', href: to('people'), at: 'people', icon: 'people', key: 'p' },
  { name: 'Left out', href: to('left-out'), at: 'left-out', icon: 'leftOut', key: 'x' },
  { name: 'Lists', href: to('lists'), at: 'lists', icon: 'lists', key: 'l' },
  { name: 'Messages', href: to('messages'), at: 'messages', icon: 'messages', key: 'm' },
  { name: 'Settings', href: to('settings'), at: 'settings', icon: 'settings', key: 's' },
]

/** How many fit at the foot of a phone; the rest is behind "More". */
export const ON_A_PHONE = 4
