// Owns requests to an S3 server: which errors pass, how long to wait for that, and what the others mean.
import { type ConnectorContext, ConnectorError } from 'heysync/connector'

export type Ask = <Answer>(what: string, request: () => Promise<Answer>) => Promise<Answer>

const TRIES = 6
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** Who is told to wait for longer has used up what the server gives, and stops. */
const QUOTA_MS = 5 * 60_000
const PASSING_STATUS = new Set([408, 429, 500, 502, 503, 504])
const PASSING_CODE = /^(E(CONNRESET|CONNREFUSED|PIPE|TIMEDOUT|AI_AGAIN|HOSTUNREACH)|ABORT_ERR)$/
const PASSING_NAME =
  /^(SlowDown|ServiceUnavailable|InternalError|RequestTimeout|TimeoutError|OperationAborted|Throttl|TooManyRequests)/

interface S3Failure {
  readonly name?: string
  readonly code?: unknown
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/** True for what is likely to be over soon: the server is busy, or the connection was cut. */
export function passes(error: unknown): boolean {
  const { name = '', code, $metadata } = error as S3Failure
  return (
    PASSING_STATUS.has($metadata?.httpStatusCode ?? 0) ||
    PASSING_NAME.test(name) ||
    PASSING_CODE.test(String(code)) ||
    /socket hang up|aborted/i.test((error as S3Failure).message ?? '')
  )
}

/** Milliseconds before the next try: as long as the server says, else twice as long each time. */
export function waitMs(error: unknown, nth: number, now: number): number {
  return Math.min(askedMs(error, now) ?? FIRST_WAIT_MS * 2 ** (nth - 1), LONGEST_WAIT_MS)
}

/** The wait that the server asks for, in milliseconds; null where it says nothing of that. */
function askedMs(error: unknown, now: number): number | null {
  const said = (error as S3Failure).$response?.headers?.['retry-after']
  if (said === undefined) return null
  const seconds = Number(said)
  const asked = Number.isNaN(seconds) ? Date.parse(said) - now : seconds * 1_000
  return Number.isFinite(asked) && asked >= 0 ? asked : null
}

/** Asks again while the error passes, up to six times, and says what is wrong in our words. */
export function asker(bucket: string, { clock, signal, log }: ConnectorContext): Ask {
  return async (what, request) => {
    for (let nth = 1; ; nth++) {
      signal.throwIfAborted()
      try {
        return await request()
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof ConnectorError) throw error
        const asked = askedMs(error, clock.now()) ?? 0
        if (passes(error) && asked > QUOTA_MS) throw usedUp(bucket, clock.now() + asked)
        if (!passes(error) || nth === TRIES) throw inOurWords(error, what, bucket)
        const wait = waitMs(error, nth, clock.now())
        log.debug(`The bucket ${bucket} is busy or the connection was cut; asking again in ${wait} ms.`)
        await clock.sleep(wait, signal)
      }
    }
  }
}

function usedUp(bucket: string, until: number): ConnectorError {
  return new ConnectorError('quota', {
    message: `The server of the bucket ${bucket} takes no more requests before ${new Date(until).toISOString()}.`,
    hint: 'Read this source less often, or ask whoever runs the server for more requests.',
    until,
  })
}

export function statusOf(error: unknown): number | undefined {
  return (error as S3Failure).$metadata?.httpStatusCode
}

const RIGHTS =
  'Give the key s3:ListBucket on the bucket and s3:GetObject on its objects; to archive, s3:PutObject and s3:DeleteObject too.'

function inOurWords(error: unknown, what: string, bucket: string): ConnectorError {
  const { name = '' } = error as S3Failure
  const status = statusOf(error)
  // What the server says is not repeated: careless ones send back what they were sent.
  if (name === 'NoSuchBucket') {
    return new ConnectorError('not-found', {
      message: `There is no bucket ${bucket}.`,
      hint: 'Correct bucket, region or endpoint in the options of this source.',
    })
  }
  if (status === 412) {
    return new ConnectorError('busy', {
      message: `${what} was replaced while it was being read.`,
      hint: 'Nothing was taken from it. The next run reads the new one.',
    })
  }
  if (status === 404) return new ConnectorError('not-found', { message: `There is no ${what} in ${bucket}.` })
  if (name === 'InvalidObjectState') {
    return new ConnectorError('failed', {
      message: `${what} in ${bucket} lies in an archive of S3 (Glacier) and has to be restored first.`,
      hint: 'Restore it, or keep exports in a storage class that can be read at once.',
    })
  }
  if (name === 'RequestTimeTooSkewed') {
    return new ConnectorError('failed', {
      message: `The clock of this machine is too far from that of the bucket ${bucket}.`,
      hint: 'Set the clock right; S3 takes no request that is off by more than 15 minutes.',
    })
  }
  if (status === 301 || name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed') {
    return new ConnectorError('failed', {
      message: `The bucket ${bucket} is in another region.`,
      hint: 'Set region in the options of this source to that of the bucket.',
    })
  }
  if (status === 401 || status === 403 || name === 'CredentialsProviderError') {
    return new ConnectorError('unauthorized', {
      message: `The bucket ${bucket} does not let this key read ${what}${name === '' ? '' : ` (${name})`}.`,
      hint: RIGHTS,
    })
  }
  const said = [name, status].filter((one) => one !== undefined && one !== '').join(', ')
  return new ConnectorError('failed', {
    message: `${what} in ${bucket} could not be read (${said}).`,
    hint: 'Check endpoint and forcePathStyle. The next run tries again.',
  })
}
