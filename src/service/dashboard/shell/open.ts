// Owns which dialog is open. One at a time.
import { signal } from '@preact/signals'

export type Opened =
  | { readonly kind: 'resync'; readonly source: string | null }
  | { readonly kind: 'approve'; readonly cycle: string }
  | { readonly kind: 'redrive'; readonly cause: string; readonly count: number; readonly title: string }
  | { readonly kind: 'keys' }
  | { readonly kind: 'menu' }

export const opened = signal<Opened | null>(null)

export const close = (): void => {
  opened.value = null
}
