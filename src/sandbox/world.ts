// Owns what a route is: a pure reading of a call against the store. Transport, faults and limits are the server's.
import type { Clock } from '../lib/clock.ts'
import { ApiError } from './api-error.ts'
import type { Dialects } from './dialects.ts'
import type { Events } from './events.ts'
import type { Faults } from './faults.ts'
import { jsonText, scalarText, type Text } from './print.ts'
import type { Store } from './store.ts'

/** The settings that `configure` changes while the sandbox runs. */
export interface Settings {
  dialects: Dialects
  faults: Faults
  requestsPerMinute: number
}

export interface World {
  readonly store: Store
  readonly settings: Settings
  readonly clock: Clock
  readonly events: Events
  /** The next seeded number from 0 up to, not including, 1. */
  readonly chance: () => number
}

export interface Call {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  /** For the ledger: the phone that this call is about, once the route knows it. */
  phone: string | null
}

export interface Answer extends Text {
  readonly status: number
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** In Fastify's form, e.g. `/v1/contact/:id`. */
  readonly path: string
  /** True when the route changes what the sandbox holds. */
  readonly write: boolean
  /** Throws an ApiError. */
  handle(world: World, call: Call): Answer
}

/** 200 with JSON, unless another status is given. */
export function answerJson(world: World, body: unknown, status = 200): Answer {
  return { status, ...jsonText(body, world.settings.dialects) }
}

/** 200 with one word. */
export function answerWord(world: World, word: string): Answer {
  return { status: 200, ...scalarText(word, world.settings.dialects) }
}

/** The status of an answer to a create. */
export function createdStatus(world: World): number {
  return Number(world.settings.dialects.createStatus)
}

/** What a read of something unknown answers: 200 with null, or an ApiError (404 or 400). */
export function answerUnknown(world: World, what: string): Answer {
  if (world.settings.dialects.unknownId === 'null')
    return { status: 200, type: 'application/json; charset=utf-8', text: 'null' }
  throw unknownError(world, what)
}

/** What a write to something unknown answers: there is no 200 for a write that did nothing. */
export function unknownError(world: World, what: string): ApiError {
  return new ApiError(world.settings.dialects.unknownId === '400' ? 400 : 404, `${what} not found`)
}
