// Owns the translation of what a connector throws into heysync's own error codes.
import { ConnectorError, type ConnectorErrorKind } from '../../connector/contract.ts'
import { type ErrorCode, HeysyncError } from '../../lib/errors.ts'

const CODE_OF_KIND: Record<ConnectorErrorKind, ErrorCode> = {
  'not-found': 'ERR_SOURCE_NOT_FOUND',
  unreadable: 'ERR_SOURCE_UNREADABLE',
  field: 'ERR_SOURCE_FIELD',
  busy: 'ERR_SOURCE_BUSY',
  empty: 'ERR_SOURCE_EMPTY',
  'cursor-expired': 'ERR_SOURCE_FAILED',
  unauthorized: 'ERR_SOURCE_UNAUTHORIZED',
  quota: 'ERR_SOURCE_QUOTA',
  failed: 'ERR_SOURCE_FAILED',
}

/** `readBefore`: the source was once pulled to its end, so the reader is told that nobody was removed. */
export function sourceError(error: unknown, sourceId: string, readBefore: boolean): unknown {
  if (!(error instanceof ConnectorError)) {
    if (error instanceof HeysyncError || (error instanceof Error && error.name === 'AbortError')) return error
    // Not the source: its records could not be saved. The file system's own codes may be those of a source's file.
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_')) return error
    return new HeysyncError('ERR_SOURCE_FAILED', {
      message: `Source ${sourceId} could not be read: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    })
  }
  const calm = readBefore ? ' Nobody was removed.' : ''
  return new HeysyncError(CODE_OF_KIND[error.kind], {
    message: `Source ${sourceId}: ${error.message}${calm && !/[.!?]$/.test(error.message) ? '.' : ''}${calm}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.place === undefined ? {} : { place: error.place }),
    cause: error,
  })
}
