// Owns staying up to date: the events of the service, and asking every few seconds while they do not come through.
import { computed, signal } from '@preact/signals'
import { reachable, signedOut } from './client.ts'
import { amend, refresh } from './resource.ts'
import type { ServiceEvent, Status } from './types.ts'

const POLL_MS = 5_000
const RETRY_MS = { first: 1_000, most: 30_000 }
const NAMES = ['status', 'progress', 'cycle', 'webhook'] as const

const connected = signal(false)
/** When the events broke off; null while they come, and before the first try has failed. */
const brokenSince = signal<number | null>(null)

/** `starting` until the first connection stands or fails. */
export const link = computed<'starting' | 'live' | 'polling' | 'lost'>(() => {
  if (connected.value) return 'live'
  if (brokenSince.value === null) return 'starting'
  return reachable.value ? 'polling' : 'lost'
})

export const lostSince = computed(() => (link.value === 'lost' ? brokenSince.value : null))

/** Begins, and goes on until the page is closed. */
export function stayLive(): void {
  let wait = RETRY_MS.first
  let source: EventSource | null = null
  const connect = () => {
    if (signedOut.value || source !== null) return
    source = new EventSource('/api/events')
    source.onopen = () => {
      const missed = brokenSince.value !== null
      connected.value = true
      brokenSince.value = null
      reachable.value = true
      wait = RETRY_MS.first
      // What happened meanwhile was told to nobody.
      if (missed) refresh()
    }
    source.onmessage = hear
    for (const name of NAMES) source.addEventListener(name, hear)
    source.onerror = () => {
      source?.close()
      source = null
      connected.value = false
      brokenSince.value ??= Date.now()
      setTimeout(connect, wait)
      wait = Math.min(2 * wait, RETRY_MS.most)
    }
  }
  connect()
  setInterval(() => {
    if (!connected.value && !signedOut.value) refresh()
  }, POLL_MS)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && !signedOut.value) refresh()
  })
  signedOut.subscribe((out) => {
    if (!out && source === null) connect()
  })
}

function hear({ data }: MessageEvent<string>): void {
  const event = parse(data)
  if (event === null) return
  if (event.type === 'progress') {
    const { underWay } = event
    amend<Status>('/api/status', (status) => ({ ...status, underWay }))
    return
  }
  refresh(event.type)
  if (event.type === 'cycle') refresh('status')
}

function parse(text: string): ServiceEvent | null {
  try {
    const event = JSON.parse(text) as ServiceEvent
    return NAMES.includes(event.type) ? event : null
  } catch {
    return null
  }
}
