// Owns what a connector throws, so that heysync knows what to do about it.

/** What a connector throws. Anything else that it throws counts as `failed`. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly kind: ConnectorErrorKind
  readonly hint: string | undefined
  readonly place: string | undefined
  /** Of a `quota`: when it begins anew, milliseconds since 1970. */
  readonly until: number | undefined

  constructor(
    kind: ConnectorErrorKind,
    details: { message: string; hint?: string; place?: string; until?: number; cause?: unknown },
  ) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.hint = details.hint
    this.place = details.place
    this.until = details.until
  }
}

// Also one of another copy of heysync, which a connector that is installed elsewhere may bring along.
Object.defineProperty(ConnectorError, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    if (this !== ConnectorError) return Function.prototype[Symbol.hasInstance].call(this as never, value)
    return value instanceof Error && value.name === 'ConnectorError' && 'kind' in value
  },
})

/**
 * `not-found`: what the options point at is not there. `unreadable`: it is, but in another format. `field`: a column that the
 * options name is missing. `busy`: still being written. `empty`: not even a header. `cursor-expired`: the source no longer
 * takes the token or position of the request, so the engine asks for everything, once. `unauthorized`: the credential is not
 * taken. `quota`: the source takes no more requests before `until`. `failed`: anything worth trying again.
 */
export type ConnectorErrorKind =
  | 'not-found'
  | 'unreadable'
  | 'field'
  | 'busy'
  | 'empty'
  | 'cursor-expired'
  | 'unauthorized'
  | 'quota'
  | 'failed'
