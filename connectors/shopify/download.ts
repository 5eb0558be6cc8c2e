// Owns the file of a bulk operation: its lines, a piece of bytes at a time, from an address that is signed by itself.
import { type ConnectorContext, ConnectorError, fixedAuth, HttpRefusal } from 'heysync/connector'

/** Some 800 customers: what is saved at a time. */
const PIECE_BYTES = 512 * 1024

/** Whole lines, and the byte behind the last of them. */
export interface Piece {
  readonly lines: readonly string[]
  readonly byte: number
}

/**
 * Lines from `byte` on. A piece ends in the middle of a line, and maybe of a character: that line is read again with the
 * next one. The access token is not sent: the file lies with another company.
 *
 * Errors: `unreadable` for an address that is not to be followed; `failed` for a file without lines; those of `Http.send`.
 */
export async function* readLines(
  url: string,
  size: number | null,
  from: number,
  context: ConnectorContext,
  secure: boolean,
): AsyncGenerator<Piece> {
  const { origin, protocol } = new URL(url)
  if (secure && protocol !== 'https:')
    throw new ConnectorError('unreadable', {
      message: `The file of the bulk operation lies at ${origin}, which is not https.`,
    })
  const http = context.http({ baseUrl: origin, auth: fixedAuth({}) })
  let byte = from
  let end = size
  while (end === null || byte < end) {
    const range = `bytes=${byte}-${byte + PIECE_BYTES - 1}`
    const answer = await http
      .send({ url, headers: { range, accept: '*/*', 'accept-encoding': 'identity' } })
      .catch((error) => expired(error))
    const isPart = answer.status === 206
    if (!isPart && byte > 0)
      throw new ConnectorError('failed', {
        message: `${origin} no longer gives a part of the file of the bulk operation.`,
      })
    end = totalOf(answer.headers['content-range']) ?? end ?? Buffer.byteLength(answer.text)
    const isLast = !isPart || byte + PIECE_BYTES >= end
    const whole = isLast ? answer.text : answer.text.slice(0, answer.text.lastIndexOf('\n') + 1)
    if (whole === '')
      throw new ConnectorError('failed', {
        message: `The file of the bulk operation at ${origin} has no line break in ${PIECE_BYTES} bytes behind byte ${byte}.`,
      })
    byte = isLast ? end : byte + Buffer.byteLength(whole)
    yield { lines: whole.split('\n').filter((line) => line !== ''), byte }
  }
}

function totalOf(contentRange: string | undefined): number | null {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1]
  return total === undefined ? null : Number(total)
}

/** A link lives for a week, and says so with a refusal. */
function expired(error: unknown): never {
  if (error instanceof HttpRefusal && [400, 403, 404, 410].includes(error.answer.status))
    throw new ConnectorError('cursor-expired', {
      message: `The file of the bulk operation is no longer there: ${error.message}`,
    })
  throw error
}
