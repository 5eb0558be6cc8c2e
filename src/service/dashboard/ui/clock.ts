// Owns the present as the page sees it: the service's own time, told once a second.
import { signal } from '@preact/signals'

/** How far the service's clock is ahead of the browser's, in milliseconds. */
let ahead = 0

export const now = signal(Date.now())

export function setServiceTime(iso: string): void {
  ahead = Date.parse(iso) - Date.now()
  now.value = Date.now() + ahead
}

export function startClock(): void {
  setInterval(() => {
    now.value = Date.now() + ahead
  }, 1_000)
}
