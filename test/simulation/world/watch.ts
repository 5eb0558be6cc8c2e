// Owns the line between heysync and the sandbox, and the eye on it: each request is judged as it is applied.
import { type Line, type LineAnswer, LineError, type LineRequest } from '../../../src/heymarket/line.ts'
import type { Ending } from '../../../src/sandbox/gate.ts'
import type { OpenSandbox } from '../../../src/sandbox/open.ts'
import type { Account } from './account.ts'
import { type Contact, seen } from './contact.ts'
import { Crash, type Process } from './crash.ts'
import type { Lists } from './lists.ts'
import type { WorldTime } from './time.ts'

export interface WatchParts {
  readonly sandbox: OpenSandbox
  readonly account: Account
  readonly lists: Lists
  readonly time: WorldTime
  readonly requestsPerMinute: number
  readonly timeoutMs: number
  /** What is written shows only after all looks for it. */
  readonly showsLate: boolean
  /** Called before a request is sent: anything may happen meanwhile. */
  readonly meanwhile: () => void
  /** True when no connection can be made just now. */
  readonly unreachable: () => boolean
  /** How many milliseconds late a create arrives that its sender has given up; null when it does not. */
  readonly late: () => number | null
}

/** Requests that certainly change nothing. */
const READS =
  /^(GET .*|POST \/v1\/(contacts(\/count)?|contact\/(get|status)|lists|tags|contact-fields|contacts\/fields)|POST \/v2\/contacts\/search)$/
/** Everything that a PUT may set; `avatar` where there is one. */
const WRITABLE = ['phone', 'first', 'last', 'display_name', 'email', 'custom', 'assignee_id', 'tags']

type Body = Readonly<Record<string, unknown>>

function bodiesIn(list: unknown): readonly Body[] {
  return Array.isArray(list) ? (list as Body[]) : []
}

function phoneIn({ phone }: Body): string {
  return String(phone)
}

export class Watch {
  readonly #parts: WatchParts
  readonly violations: string[] = []
  /** Requests that could write, since anybody last looked. */
  writes = 0
  reads: string[] = []
  #arrivals: number[] = []
  #underWay: Promise<unknown>[] = []

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  /** The count of the last minute begins anew: the clock was set, or the database was lost. */
  forgetArrivals(): void {
    this.#arrivals = []
  }

  /** Resolves when nothing is under way any more that its sender has given up. */
  async arrived(): Promise<void> {
    await Promise.all(this.#underWay)
    this.#underWay = []
  }

  lineOf(process: Process): Line {
    return { exchange: (request) => this.#exchange(process, request), close: () => {} }
  }

  async #exchange(process: Process, request: LineRequest): Promise<LineAnswer> {
    const { time, timeoutMs, meanwhile, unreachable } = this.#parts
    process.point()
    process.signal.throwIfAborted()
    meanwhile()
    if (unreachable()) throw new LineError('ECONNREFUSED', false)
    this.#countArrival()
    const lateMs = request.path === '/v1/contact' ? this.#parts.late() : null
    if (lateMs !== null) {
      this.#underWay.push(time.real.sleep(lateMs).then(() => this.#judged(request)))
      throw new LineError('ECONNRESET', true)
    }
    const asked = this.#judged(request)
    process.point()
    const ending = asked instanceof Promise ? await inTime(asked, timeoutMs, time, process.signal) : asked
    if (process.dead) throw new Crash('dead')
    if (ending === null) throw new LineError('ETIMEDOUT', true)
    if (ending.kind !== 'answer') throw new LineError('ECONNRESET', true)
    if (request.path === '/v1/contact' && ending.status < 300) this.#toldId(request.json)
    const retryAfter = ending.retryAfter === undefined ? {} : { 'retry-after': String(ending.retryAfter) }
    return { status: ending.status, headers: retryAfter, body: ending.text }
  }

  #countArrival(): void {
    const now = this.#parts.time.real.now()
    this.#arrivals = this.#arrivals.filter((at) => at > now - 60_000)
    this.#arrivals.push(now)
    if (this.#arrivals.length > this.#parts.requestsPerMinute)
      this.violations.push(`I6: ${this.#arrivals.length} requests in 60 s`)
  }

  #ask({ method, path, query, authorization, json }: LineRequest): Ending | Promise<Ending> {
    const texts = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    return this.#parts.sandbox.ask({ method, path, query: texts, authorization, ...body })
  }

  /** Sends a request and looks at once what it did. */
  #judged(request: LineRequest): Ending | Promise<Ending> {
    const { method, path } = request
    const what = `${method} ${path}`
    const named = /^\/v[12]\/lists?\/(\d+)$/.exec(path)?.[1]
    if (named) this.#parts.lists.addresses(Number(named))
    if (READS.test(what)) {
      this.reads.push(what)
      return this.#ask(request)
    }
    this.writes += 1
    if (what === 'POST /v1/batch/contacts') return this.#many(request, bodiesIn(request.json))
    const list = /^(POST \/v2\/lists|PUT \/v2\/lists\/(\d+))$/.exec(what)
    if (list) return this.#list(request, list[2])
    if (what === 'POST /v2/contacts')
      return this.#many(request, bodiesIn((request.json as { contacts?: unknown }).contacts))
    const body = (request.json ?? {}) as Readonly<Record<string, unknown>>
    if (body.is_opted_out === false || ['active', 'subscribed', 'unblocked'].includes(String(body.status)))
      this.#accuse('I3', what, 'it opts in')
    const id = Number(/^\/v1\/contact\/(\d+)$/.exec(path)?.[1] ?? body.id)
    if (what === 'POST /v1/contact') return this.#create(request, String(body.phone))
    if (method === 'PUT' && id > 0) return this.#update(request, id, body)
    if (method === 'DELETE' && id > 0) return this.#remove(request, id)
    if (what === 'POST /v1/contact/set_status' && id > 0) return this.#optOut(request, id)
    this.#accuse('model', what, 'the model does not know this request')
    return this.#ask(request)
  }

  /** Many contacts in one request: each is judged as if it had come alone. */
  #many(request: LineRequest, bodies: readonly Body[]): Ending | Promise<Ending> {
    const { store } = this.#parts.sandbox
    const what = `${request.method} ${request.path}`
    const overwrites = request.query.overwrite === true
    const before = bodies.map((body) => ({ body, phone: phoneIn(body), held: store.contact(phoneIn(body)) }))
    for (const { body, held } of before) {
      if (body.is_opted_out === false) this.#accuse('I3', what, 'it opts in')
      if (!overwrites || held === null) continue
      const missing = WRITABLE.filter((name) => body[name] === undefined)
      if (held.avatar !== '' && body.avatar === undefined) missing.push('avatar')
      if (missing.length > 0) this.#accuse('I9', what, `it leaves out ${missing.join(', ')}`)
    }
    const made = store.creations().length
    const ending = this.#ask(request)
    const twice = store.creations().slice(made)
    for (const { phone, held } of before) {
      if (held !== null && twice.some((one) => one.phone === phone))
        this.#accuse('I2', what, `${phone} was there already`)
      const after = store.contact(phone)
      if (after === null || (held !== null && held.rev === after.rev)) continue
      if (held === null && this.#parts.showsLate) this.#parts.account.madeUnseen.add(phone)
      this.#accuseWrite(what, this.#parts.account.written(held && seen(held), seen(after), 'many'))
    }
    return ending
  }

  #create(request: LineRequest, phone: string): Ending | Promise<Ending> {
    const { store } = this.#parts.sandbox
    const before = store.contact(phone)
    const made = store.creations().length
    const ending = this.#ask(request)
    if (store.creations().length > made && before !== null)
      this.#accuse('I2', 'POST /v1/contact', `${phone} was there already`)
    const after = store.contact(phone)
    // Until its answer comes.
    if (after !== null && before === null && this.#parts.showsLate) this.#parts.account.madeUnseen.add(phone)
    if (after !== null && (before === null || before.rev !== after.rev))
      this.#accuseWrite(
        'POST /v1/contact',
        this.#parts.account.written(before && seen(before), seen(after), 'create'),
      )
    return ending
  }

  /** An answer told whose contact it is. */
  #toldId(body: unknown): void {
    this.#parts.account.madeUnseen.delete(phoneIn(body as Body))
  }

  #update(
    request: LineRequest,
    id: number,
    body: Readonly<Record<string, unknown>>,
  ): Ending | Promise<Ending> {
    const before = this.#stateOf(id)
    const missing = WRITABLE.filter((name) => body[name] === undefined)
    if (before && before.contact.avatar !== '' && body.avatar === undefined) missing.push('avatar')
    if (missing.length > 0) this.#accuse('I9', `PUT /v1/contact/${id}`, `it leaves out ${missing.join(', ')}`)
    const ending = this.#ask(request)
    const after = this.#stateOf(id)
    if (before && after && before.rev !== after.rev)
      this.#accuse(
        'write',
        `PUT /v1/contact/${id}`,
        this.#parts.account.written(before.contact, after.contact),
      )
    return ending
  }

  #remove(request: LineRequest, id: number): Ending | Promise<Ending> {
    const before = this.#stateOf(id)
    const ending = this.#ask(request)
    if (before && this.#stateOf(id) === null)
      this.#accuse('I4', `DELETE /v1/contact/${id}`, this.#parts.account.deleted(before.contact))
    return ending
  }

  #optOut(request: LineRequest, id: number): Ending | Promise<Ending> {
    const before = this.#stateOf(id)
    const ending = this.#ask(request)
    const after = this.#stateOf(id)
    if (before && after && before.rev !== after.rev)
      this.#accuse('I3', `opt-out of ${id}`, this.#parts.account.optedOut(before.contact, after.contact))
    return ending
  }

  /** A list is made, or changed where it has an id. */
  #list(request: LineRequest, id: string | undefined): Ending | Promise<Ending> {
    const { lists } = this.#parts
    const body = (request.json ?? {}) as Body
    const apply = () => this.#ask(request)
    const { ending, wrong } = id ? lists.changed(Number(id), body, apply) : lists.created(body, apply)
    this.violations.push(...wrong)
    return ending
  }

  #stateOf(id: number): { contact: Contact; rev: number } | null {
    const { store } = this.#parts.sandbox
    const phone = this.#parts.account.contacts.get(id)?.phone
    const oldest = phone ? store.contact(phone) : null
    const state = oldest?.id === id ? oldest : store.contacts().find((one) => one.id === id)
    return state ? { contact: seen(state), rev: state.rev } : null
  }

  #accuse(invariant: string, what: string, why: string | null): void {
    if (why !== null) this.violations.push(`${invariant}: ${what}: ${why}`)
  }

  /** A write that left something else than it may is against I3 where it is about consent, and against I4 where nobody is wanted. */
  #accuseWrite(what: string, why: string | null): void {
    const consent = why?.includes('out is false')
    this.#accuse(consent ? 'I3' : why?.startsWith('nobody') ? 'I4' : 'write', what, why)
  }
}

/** The ending, or null when it takes too long. Rejects when the signal fires. */
async function inTime(
  ending: Promise<Ending>,
  timeoutMs: number,
  time: WorldTime,
  signal: AbortSignal,
): Promise<Ending | null> {
  const waiting = new AbortController()
  const stop = () => waiting.abort(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([ending, time.real.sleep(timeoutMs, waiting.signal).then(() => null)])
  } finally {
    signal.removeEventListener('abort', stop)
    waiting.abort()
  }
}
