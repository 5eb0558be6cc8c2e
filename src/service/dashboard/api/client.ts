// Owns the requests to the admin API: JSON in and out, every failure one kind of error, and being signed out.
import { signal } from '@preact/signals'
import type { Problem } from './types.ts'

/** True while the API answers 401: the login page is shown then. */
export const signedOut = signal(false)

/** Whether the last request reached heysync at all. */
export const reachable = signal(true)

export class ApiError extends Error {
  readonly code: string
  readonly hint: string | null

  constructor({ code, message, hint }: Omit<Problem, 'since'>) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

const UNREACHABLE = {
  code: 'UNREACHABLE',
  message: 'heysync does not answer.',
  hint: 'See whether `heysync run` is still running, and look at its log. This page goes on trying.',
}

export async function get<T>(path: string): Promise<T> {
  return (await ask(path, { headers: { accept: 'application/json' } })).json()
}

export async function post<T>(path: string, body: object = {}): Promise<T> {
  const answer = await ask(path, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  return (text === '' ? {} : JSON.parse(text)) as T
}

/** Saves what the API gives as CSV under this name. */
export async function saveCsv(path: string, name: string): Promise<void> {
  const answer = await ask(path, { headers: { accept: 'text/csv' } })
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' })
  } catch {
    reachable.value = false
    throw new ApiError(UNREACHABLE)
  }
  reachable.value = true
  if (answer.ok) return answer
  const error = await errorOf(answer)
  if (answer.status === 401) signedOut.value = true
  throw error
}

async function errorOf(answer: Response): Promise<ApiError> {
  try {
    const { error } = (await answer.json()) as { error: Omit<Problem, 'since'> }
    if (typeof error.message === 'string') return new ApiError(error)
  } catch {
    // No answer of heysync's own, e.g. of a proxy in between.
  }
  return new ApiError({
    code: `HTTP ${answer.status}`,
    message: `The request was answered with ${answer.status} ${answer.statusText}.`.replace(' .', '.'),
    hint: 'Try again. If a proxy stands between this page and heysync, look there, too.',
  })
}

export function messageOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ApiError({ code: 'UNEXPECTED', message, hint: 'Reload the page.' })
}
