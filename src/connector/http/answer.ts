// Owns what a source answered, and the error of an answer that says no. Apart from the requests, so that a connector can be
// looked at without loading what makes them.
import type { IncomingHttpHeaders } from 'node:http'
import { ConnectorError } from '../error.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The address after the query was added. */
  readonly url: string
}

/** The source answered, and said no. */
export class HttpRefusal extends ConnectorError {
  readonly answer: HttpAnswer

  constructor(answer: HttpAnswer, message: string) {
    super('failed', { message })
    this.answer = answer
  }
}
