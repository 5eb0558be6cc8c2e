// Owns the errors that the API answers with: a status, a code, and a sentence that names the field.

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A 400 that names the field, e.g. `phone: is required`. */
export function badRequest(field: string, problem: string): ApiError {
  return new ApiError(400, `${field}: ${problem}`)
}

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_data',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
  500: 'internal_error',
  502: 'bad_gateway',
}

/** The word for a status in the error body `{error_code, message}`. */
export function errorCode(status: number): string {
  return CODES[status] ?? (status < 500 ? 'bad_data' : 'internal_error')
}
