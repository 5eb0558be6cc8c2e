// Owns what a person can ask of the service from this page.
import { post } from './client.ts'
import type { Accepted, Paused, Reloaded } from './types.ts'

/** No source: all of them. */
const of = (source: string | null) => (source === null ? {} : { source })

export const sync = (source: string | null) => post<Accepted>('/api/sync', of(source))
export const resync = (source: string | null) => post<Accepted>('/api/resync', of(source))
export const pause = (source: string | null) => post<Paused>('/api/pause', of(source))
export const resume = (source: string | null) => post<Paused>('/api/resume', of(source))
export const reload = () => post<Reloaded>('/api/reload')
export const reconcile = () => post<Accepted>('/api/reconcile')
export const approve = (cycle: string) => post<Accepted>(`/api/cycles/${encodeURIComponent(cycle)}/approve`)
export const redrive = (pick: { cause?: string; phone?: string }) => post<Accepted>('/api/redrive', pick)
export const logout = () => post<object>('/api/logout')
export const login = (token: string) => post<object>('/api/login', { token })
