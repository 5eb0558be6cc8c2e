// Owns how a command asks the running service: its admin API over HTTP, by the shapes of the contract.
import type { z } from 'zod'
import { ERROR_TABLE, type ErrorCode, HeysyncError } from '../lib/errors.ts'
import { accepted, failure, paused, reloaded } from './api/contract.ts'
import type { SyncRequest } from './control.ts'

/** The service accepts at once; the work comes afterwards. */
const TIMEOUT_MS = 10_000

/** Nobody answered, so nothing was asked for. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** Each throws NoAnswer where the service cannot be reached, and the HeysyncError with which it refuses. */
export interface RunningService {
  sync(request: SyncRequest): Promise<{ cycle: string }>
  approve(cycle: string): Promise<{ cycle: string }>
  redrive(pick: { phone?: string; cause?: string }): Promise<{ cycle: string }>
  pause(source: string | null): Promise<readonly string[]>
  resume(source: string | null): Promise<readonly string[]>
  reload(): Promise<{ changed: readonly string[]; warnings: readonly string[] }>
}

export function askService(at: { url: string; token: string | null; signal: AbortSignal }): RunningService {
  const post = async <T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> => {
    const { status, text } = await exchange(at, path, body)
    if (status >= 200 && status < 300) return answer.parse(JSON.parse(text))
    throw refusal(status, text)
  }
  const ofSource = (source: string | null) => (source === null ? {} : { source })
  return {
    sync: ({ mode, ...body }) => post(mode === 'full' ? '/api/resync' : '/api/sync', body, accepted),
    approve: (cycle) => post(`/api/cycles/${encodeURIComponent(cycle)}/approve`, {}, accepted),
    redrive: (pick) => post('/api/redrive', pick, accepted),
    pause: async (source) => (await post('/api/pause', ofSource(source), paused)).paused,
    resume: async (source) => (await post('/api/resume', ofSource(source), paused)).paused,
    reload: () => post('/api/reload', {}, reloaded),
  }
}

async function exchange(
  { url, token, signal }: { url: string; token: string | null; signal: AbortSignal },
  path: string,
  body: unknown,
): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(new URL(path, reachable(url)), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    return { status: answer.status, text: await answer.text() }
  } catch (cause) {
    signal.throwIfAborted()
    throw new NoAnswer(`${url} does not answer`, { cause })
  }
}

/** Who listens everywhere is reached here. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]')
}

function refusal(status: number, text: string): HeysyncError {
  const said = failure.safeParse(parsed(text))
  if (!said.success) {
    return new HeysyncError('ERR_SERVICE_NOT_RUNNING', {
      message: `The service answered ${status}, in a way that this heysync does not know.`,
      hint: 'Run the same version of heysync as the service, or look whether something stands in between.',
      status,
    })
  }
  const { code, message, hint } = said.data.error
  const known = code in ERROR_TABLE ? (code as ErrorCode) : 'ERR_INTERNAL'
  return new HeysyncError(known, { message, ...(hint === null ? {} : { hint }), status })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
