// Owns the keyboard: / to search, g and a letter to go somewhere, ? to be told. A field that is typed into keeps its keys.
import { signedOut } from '../api/client.ts'
import { close, opened } from './open.ts'
import { PLACES } from './places.ts'
import { go } from './route.ts'

const PAIR_MS = 1_200

export function startKeys(): void {
  let led = Number.NEGATIVE_INFINITY
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || signedOut.value) return
    if (isTyping(event.target)) {
      if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur()
      return
    }
    if (opened.value !== null) return
    const follows = event.timeStamp - led < PAIR_MS
    led = Number.NEGATIVE_INFINITY
    const place = follows ? PLACES.find(({ key }) => key === event.key) : undefined
    if (place !== undefined) go(place.href)
    else if (event.key === 'g') led = event.timeStamp
    else if (event.key === '?') opened.value = { kind: 'keys' }
    else if (event.key === '/') focusSearch()
    else return
    event.preventDefault()
  })
  // Whoever goes back in the history has done with the dialog.
  addEventListener('hashchange', close)
}

function focusSearch(): void {
  const field = document.getElementById('search')
  if (!(field instanceof HTMLInputElement)) return
  field.focus()
  field.select()
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}
