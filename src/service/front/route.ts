// Owns what a route of the admin API is: its shapes, which also make the OpenAPI document, and the work behind it.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { HeysyncError } from '../../lib/errors.ts'
import type { Control } from '../control.ts'
import { csvOf } from './csv.ts'
import type { Reads } from './reads.ts'

/** How often one address may call, in all: far more than a dashboard or a script needs. */
export const CALLS = { max: 6000, windowMs: 10_000 }
/** How often one address may change something. */
const CHANGES = { max: 120, timeWindow: 60_000 }

export interface Within {
  reads(): Reads
  readonly control: Control
}

export interface Route {
  readonly method: 'GET' | 'POST'
  /** Parameters as `:name`. */
  readonly path: string
  /** One sentence. */
  readonly summary: string
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly body: z.ZodObject | null
  readonly answer: z.ZodType
  readonly status: 200 | 202
  /** True where `Accept: text/csv` gives a file. */
  readonly hasFile: boolean
  run(within: Within, ask: { params: unknown; query: unknown; body: unknown }): unknown
  file(within: Within, ask: { params: unknown; query: unknown }): FileRows
}

/** Rows for a CSV file, in pages. */
export interface FileRows {
  readonly name: string
  readonly header: readonly string[]
  readonly pages: Iterable<readonly Readonly<Record<string, unknown>>[]>
}

const NOTHING = z.object({})

/** Checks at compile time that the work answers what the route promises. */
export function route<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodObject,
  A extends z.ZodType,
>(of: {
  method: Route['method']
  path: string
  summary: string
  params?: P
  query?: Q
  body?: B
  answer: A
  run(
    within: Within,
    ask: { params: z.infer<P>; query: z.infer<Q>; body: z.infer<B> },
  ): z.infer<A> | Promise<z.infer<A>>
  file?(within: Within, ask: { params: z.infer<P>; query: z.infer<Q> }): FileRows
}): Route {
  return {
    method: of.method,
    path: of.path,
    summary: of.summary,
    params: of.params ?? NOTHING,
    query: of.query ?? NOTHING,
    body: of.method === 'POST' ? (of.body ?? NOTHING) : null,
    answer: of.answer,
    status:
      of.method === 'POST' && of.answer instanceof z.ZodObject && 'cycle' in of.answer.shape ? 202 : 200,
    hasFile: of.file !== undefined,
    run: (within, ask) => of.run(within, ask as Parameters<typeof of.run>[1]),
    file: (within, ask) => {
      if (of.file === undefined)
        throw new HeysyncError('ERR_INTERNAL', { message: `${of.path} has no file.` })
      return of.file(within, ask as Parameters<NonNullable<typeof of.file>>[1])
    },
  }
}

export function addRoute(app: FastifyInstance, of: Route, within: Within): void {
  const readParams = reader(of.params, 'the path')
  const readQuery = reader(of.query, 'the query')
  const readBody = of.body === null ? () => ({}) : reader(of.body, 'the body')
  app.route({
    method: of.method,
    url: of.path,
    ...(of.method === 'POST' ? { config: { rateLimit: CHANGES } } : {}),
    handler: async (request, reply) => {
      const params = readParams(request.params)
      const query = readQuery(request.query)
      if (of.hasFile && wantsFile(request)) return sendFile(reply, of.file(within, { params, query }))
      const ask = { params, query, body: readBody(request.body ?? {}) }
      const run = () => of.run(within, ask)
      const answer = of.method === 'GET' ? within.reads().atOnce(run) : await run()
      return reply.status(of.status).send(answer)
    },
  })
}

/** Errors of what it gives: ERR_API_REQUEST, which names what is wrong and where. */
function reader(schema: z.ZodObject, where: string): (value: unknown) => unknown {
  // Once for all calls: zod compiles a schema when it is first used.
  const strict = schema.strict()
  return (value) => {
    const parsed = strict.safeParse(value)
    if (parsed.success) return parsed.data
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    )
    const names = Object.keys(schema.shape)
    throw new HeysyncError('ERR_API_REQUEST', {
      message: `In ${where}: ${problems.join('; ')}.`,
      hint: names.length === 0 ? `Nothing belongs into ${where}.` : `There are: ${names.join(', ')}.`,
    })
  }
}

function wantsFile(request: FastifyRequest): boolean {
  return /\btext\/csv\b/i.test(request.headers.accept ?? '')
}

function sendFile(reply: FastifyReply, { name, header, pages }: FileRows): FastifyReply {
  return reply
    .header('content-type', 'text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(csvOf(header, pages), { objectMode: false }))
}
