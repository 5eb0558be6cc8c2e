// Owns the error vocabulary: a closed union of codes, each with its verdict and exit code.
// Messages may improve at any time; codes, verdicts and exit codes are the contract.

/** What the engine does about an error. */
export type Verdict = 'retry' | 'reject' | 'dead-letter' | 'stop'

/** Process exit codes of the CLI: 0 done, 1 worth retrying, 2 usage or config, 3 held, 4 findings, 5 database newer. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5

interface ErrorKind {
  readonly verdict: Verdict
  readonly exitCode: ExitCode
  /** One sentence for `docs/errors.md`. */
  readonly meaning: string
}

export const ERROR_TABLE = {
  ERR_USAGE: { verdict: 'stop', exitCode: 2, meaning: 'The command line is not understood.' },
  ERR_CONFIG_NOT_FOUND: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'There is no config file where heysync looked.',
  },
  ERR_CONFIG_SYNTAX: { verdict: 'stop', exitCode: 2, meaning: 'The config file is not valid YAML.' },
  ERR_CONFIG_INVALID: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The config file is YAML, but a key or a value in it is wrong.',
  },
  ERR_CONFIG_SECRET: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A `${NAME}` or `${file:…}` in the config cannot be filled in.',
  },
  ERR_EXPRESSION: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A CEL expression in the config does not compile.',
  },
  ERR_SOURCE_UNKNOWN: { verdict: 'stop', exitCode: 2, meaning: 'No source in the config has this id.' },
  ERR_SOURCE_NOT_FOUND: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'What a source points at (a file, a table) is not there.',
  },
  ERR_SOURCE_UNREADABLE: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The source is there but is not in the format its connector reads.',
  },
  ERR_SOURCE_FIELD: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The source lacks a column that the config names.',
  },
  ERR_SOURCE_EMPTY: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'The source has no records where it had some before; nobody is removed.',
  },
  ERR_SOURCE_BUSY: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'The source is still being written, so it was not read.',
  },
  ERR_SOURCE_INCOMPLETE: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'A pull ended without proof that it saw everything; nobody is removed.',
  },
  ERR_SOURCE_LOOP: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'A source shows the same page again and again; nobody is removed.',
  },
  ERR_SOURCE_UNAUTHORIZED: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The source does not take the credential; nobody is removed.',
  },
  ERR_SOURCE_QUOTA: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'The source takes no more requests until its quota begins anew.',
  },
  ERR_SOURCE_FAILED: { verdict: 'retry', exitCode: 1, meaning: 'The source could not be read this time.' },
  ERR_FIELD_UNKNOWN: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The account has no custom field of a name that the mapping uses.',
  },
  ERR_TAG_UNKNOWN: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The account has no tag of a name that the mapping gives.',
  },
  ERR_ACCOUNT_CHANGED: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The credentials belong to another account than the one in the database.',
  },
  ERR_REQUEST: {
    verdict: 'reject',
    exitCode: 2,
    meaning: 'A request breaks a documented rule, so it was not sent.',
  },
  ERR_HEYMARKET_UNAUTHORIZED: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'Heymarket refused the credentials (401).',
  },
  ERR_HEYMARKET_FORBIDDEN: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The credentials are right but lack access (403).',
  },
  ERR_HEYMARKET_REJECTED: {
    verdict: 'dead-letter',
    exitCode: 1,
    meaning: 'Heymarket refused the content of a request (400 or another 4xx).',
  },
  ERR_HEYMARKET_NOT_FOUND: {
    verdict: 'dead-letter',
    exitCode: 1,
    meaning: 'Heymarket does not know the thing asked for (404).',
  },
  ERR_HEYMARKET_RATE_LIMITED: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'Heymarket answered 429: too many requests in a minute.',
  },
  ERR_HEYMARKET_SERVER: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'Heymarket failed with a 5xx; a write may or may not have been applied.',
  },
  ERR_HEYMARKET_UNREACHABLE: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'No connection could be made, so nothing was sent.',
  },
  ERR_HEYMARKET_NO_ANSWER: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'The request was sent and no answer came; a write may or may not have been applied.',
  },
  ERR_HEYMARKET_ANSWER: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'Heymarket answered in a shape that heysync does not know.',
  },
  ERR_NOT_STORED: {
    verdict: 'dead-letter',
    exitCode: 1,
    meaning: 'Heymarket accepted a write but reads back different values.',
  },
  ERR_OPTED_OUT: {
    verdict: 'reject',
    exitCode: 2,
    meaning: 'The person opted out, is blocked or was erased, so nothing was sent.',
  },
  ERR_KEY_REUSED: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The idempotency key belongs to another message.',
  },
  ERR_NAME_UNKNOWN: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The account has no inbox, member, list or template of this name or id.',
  },
  ERR_NAME_AMBIGUOUS: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'Several inboxes, members, lists or templates have this name.',
  },
  ERR_NOBODY: { verdict: 'stop', exitCode: 2, meaning: 'A broadcast has nobody whom it may reach.' },
  ERR_MERGE_TOKEN: {
    verdict: 'reject',
    exitCode: 2,
    meaning: 'A text names a merge token that nothing fills in.',
  },
  ERR_LIST_DIFFERS: {
    verdict: 'stop',
    exitCode: 1,
    meaning: 'A list made for a broadcast holds others than it was made for, so nothing was sent to it.',
  },
  ERR_OUTCOME_UNKNOWN: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'No answer came, and Heymarket does not show whether the message went out.',
  },
  ERR_DATABASE_NEWER: {
    verdict: 'stop',
    exitCode: 5,
    meaning: 'The database was written by a newer heysync.',
  },
  ERR_DATABASE_OPEN: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'The database file cannot be opened or is not a heysync database.',
  },
  ERR_DATABASE_FULL: { verdict: 'retry', exitCode: 1, meaning: 'The disk that holds the database is full.' },
  ERR_DATABASE_IO: {
    verdict: 'retry',
    exitCode: 1,
    meaning:
      'The system refuses to read or write the database file: a quota, a size limit or a failing disk.',
  },
  ERR_DATABASE_LOST: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'The database file was deleted or replaced while this process had it open.',
  },
  ERR_DATABASE_BUSY: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'Another heysync process is working on this database.',
  },
  ERR_SERVICE_RUNNING: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A service, `heysync run`, works on this database already.',
  },
  ERR_SERVICE_NOT_RUNNING: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'No `heysync run` works on this database, or it does not answer.',
  },
  ERR_CYCLE_UNKNOWN: { verdict: 'stop', exitCode: 2, meaning: 'No cycle has this id.' },
  ERR_PLAN_INVALID: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A file is not a plan, was edited since it was made, or was written by a newer heysync.',
  },
  ERR_PLAN_ACCOUNT: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A plan was made for another Heymarket account.',
  },
  ERR_UNDO_NOTHING: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A cycle wrote nothing, or what was there before it is not kept any more.',
  },
  ERR_COUNTS: {
    verdict: 'stop',
    exitCode: 1,
    meaning: 'The counts of a cycle do not add up: a defect in heysync, please report it.',
  },
  ERR_ALERT_NOT_SENT: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'An alert did not reach one of those who are told; it is tried again.',
  },
  ERR_API_REQUEST: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A call of the admin API is not understood: its path, its parameters or its body.',
  },
  ERR_API_TOKEN: {
    verdict: 'stop',
    exitCode: 2,
    meaning: 'A call of the admin API came without the token of the config, or with another one.',
  },
  ERR_API_REFUSED: {
    verdict: 'stop',
    exitCode: 2,
    meaning:
      'A call of the admin API came by a name that the config does not know, or from a page of somebody else.',
  },
  ERR_API_LIMIT: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'Too many calls of the admin API in a short time.',
  },
  ERR_PORT_IN_USE: { verdict: 'stop', exitCode: 2, meaning: 'The address to listen on is taken.' },
  ERR_ABORTED: {
    verdict: 'retry',
    exitCode: 1,
    meaning: 'The work was interrupted; the next run goes on from what was saved.',
  },
  ERR_INTERNAL: { verdict: 'stop', exitCode: 1, meaning: 'A defect in heysync, please report it.' },
} as const satisfies Record<`ERR_${string}`, ErrorKind>

export type ErrorCode = keyof typeof ERROR_TABLE

export interface ErrorDetails {
  /** What happened and where, in one sentence. */
  readonly message: string
  /** The command or config line to use next. */
  readonly hint?: string
  readonly cause?: unknown
  /** The place in a file, as `path:line:column`, where there is one. */
  readonly place?: string
  /** Heymarket's `X-Request-Id`, to quote to its support. */
  readonly requestId?: string
  /** HTTP status, where an answer came. */
  readonly status?: number
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number
}

export class HeysyncError extends Error {
  override readonly name = 'HeysyncError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly place: string | undefined
  readonly requestId: string | undefined
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.place = details.place
    this.requestId = details.requestId
    this.status = details.status
    this.retryAfterMs = details.retryAfterMs
  }

  get verdict(): Verdict {
    return ERROR_TABLE[this.code].verdict
  }

  get exitCode(): ExitCode {
    return ERROR_TABLE[this.code].exitCode
  }
}

/** What SQLite or the file system says of the database file at `path`; null when it is about something else. */
export function databaseError(thrown: unknown, path?: string): HeysyncError | null {
  const code = String((thrown as { code?: unknown } | null)?.code)
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  const file = path ?? 'the database'
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    const ofAnother = code === 'ENOSPC' && path === undefined
    return new HeysyncError('ERR_DATABASE_FULL', {
      message: ofAnother ? `The disk is full: ${why}` : `The disk that holds ${file} is full.`,
      hint: 'Free some space and run the same command again; nothing that was saved is lost.',
      cause: thrown,
    })
  }
  const refused = path !== undefined && (code === 'EDQUOT' || code === 'EFBIG' || code === 'EIO')
  if (refused || code.startsWith('SQLITE_IOERR')) {
    return new HeysyncError('ERR_DATABASE_IO', {
      message: `The system refuses to read or write ${file}: ${why} (${code}).`,
      hint: 'Look at the quota and the file-size limit of the user that runs heysync, and at the disk. Then run the same command again; nothing that was saved is lost.',
      cause: thrown,
    })
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_READONLY')) {
    return new HeysyncError('ERR_DATABASE_OPEN', {
      message: `heysync cannot work with ${file}: ${why}.`,
      hint: 'Check `database:` in heysync.yaml and the rights on that folder. If the file is damaged, move it away: the next `heysync sync` rebuilds it from both sides.',
      cause: thrown,
    })
  }
  return null
}

/** Anything thrown, as a HeysyncError: what is not ours becomes ERR_INTERNAL with its cause kept. */
export function asHeysyncError(thrown: unknown): HeysyncError {
  if (thrown instanceof HeysyncError) return thrown
  const ofDatabase = databaseError(thrown)
  if (ofDatabase) return ofDatabase
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new HeysyncError('ERR_ABORTED', { message: 'Interrupted.', cause: thrown })
  }
  return new HeysyncError('ERR_INTERNAL', { message, cause: thrown })
}
