// Owns the Heymarket client as tests use it: the real one, over loopback, on a clock that leaps.
import { onTestFinished } from 'vitest'
import { type Credential, createAuthorizer } from '../../src/heymarket/auth.ts'
import { openBudget } from '../../src/heymarket/budget.ts'
import { createClient, type HeymarketClient } from '../../src/heymarket/client.ts'
import { createTransport, type Transport, type TransportOptions } from '../../src/heymarket/transport.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { type LeapingClock, leapingClock } from './clock.ts'
import { aDatabase } from './folder.ts'

const CREDENTIAL = { secretId: 'sandbox', secretKey: 'sandbox-secret' }

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly status: number | null
}

export interface Line {
  readonly transport: Transport
  readonly client: HeymarketClient
  readonly clock: LeapingClock
  /** Every answer or failure so far. */
  readonly exchanges: Exchange[]
}

type LineOptions = Partial<Omit<TransportOptions, 'baseUrl'>> & {
  readonly clock?: LeapingClock
  readonly credential?: Credential
}

/** A client for the API at `url`. The budget is far beyond what a test sends unless it brings its own. */
export function aLine(url: string, options: LineOptions = {}): Line {
  const { clock = leapingClock(), credential = CREDENTIAL, ...given } = options
  const exchanges: Exchange[] = []
  const transport = createTransport({
    baseUrl: url,
    clock,
    authorizer: createAuthorizer(credential, clock),
    budget: given.budget ?? openBudget(aDatabase(), 1_000_000, clock),
    random: () => 1,
    timeoutMs: 30_000,
    concurrency: 8,
    onExchange: ({ method, path, status }) => void exchanges.push({ method, path, status }),
    ...given,
  })
  onTestFinished(() => transport.close())
  return { transport, client: createClient(transport), clock, exchanges }
}

export interface Box extends Line {
  readonly sandbox: Sandbox
  /** Requests that write which the sandbox has met so far, as `PUT /v1/contact/1`. */
  writes(): string[]
}

type BoxOptions = SandboxOptions & {
  readonly clock?: LeapingClock
  /** The way to the sandbox at `url`, where it is not plain HTTP. */
  readonly line?: (url: string) => NonNullable<TransportOptions['line']>
}

/** A sandbox and a client for it, on one clock. */
export async function withSandbox({ line, ...options }: BoxOptions = {}): Promise<Box> {
  const clock = options.clock ?? leapingClock()
  const sandbox = await startSandbox({ port: 0, requestsPerMinute: 1_000_000, ...options, clock })
  onTestFinished(() => sandbox.close())
  const writes = () =>
    sandbox.store
      .requests()
      .filter(({ method, path }) => path === '/v1/contact' || method === 'PUT' || method === 'DELETE')
      .map(({ method, path }) => `${method} ${path}`)
  const wire = aLine(sandbox.url, { clock, ...(line === undefined ? {} : { line: line(sandbox.url) }) })
  return { ...wire, sandbox, writes }
}
