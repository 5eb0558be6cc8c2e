// Owns `api`: any documented endpoint by its name, for what has no command of its own.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { call as callEndpoint, type Endpoint } from '../../heymarket/endpoint.ts'
import { ENDPOINTS } from '../../heymarket/endpoints.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { nearest } from '../../lib/suggest.ts'
import { type ApiRequest, guardWrite } from '../api-guard.ts'
import { type Call, type Command, flag, text, texts } from '../command.ts'
import type { Io } from '../io.ts'
import { confirmed, YES } from '../message-options.ts'
import { withMessaging } from '../messaging.ts'
import { columns } from '../table-text.ts'

const TABLE: ReadonlyMap<string, Endpoint> = new Map(
  Object.entries(ENDPOINTS).flatMap(([resource, functions]) =>
    Object.entries(functions).map(([name, one]) => [`${resource}.${name}`, one] as const),
  ),
)

export const api: Command = {
  about:
    'Without a name it lists them. The request is checked against the documented rules before it leaves. Writes ask first. Messages go through ' +
    '`send`, `broadcast`, `schedule` and `email`, which see to it that nothing is sent twice; nothing here opts anybody back in, and an update of a contact carries all that it holds.',
  args: [{ name: 'endpoint', summary: 'e.g. tags.create', required: false }],
  options: [
    { flags: '--param <name=value...>', summary: 'what fills {…} of the path' },
    { flags: '--query <name=value...>', summary: 'after the ? of the address' },
    { flags: '--body <json>', summary: 'the body; @file reads it from a file' },
    { flags: '--dry-run', summary: 'show the exact request and send nothing' },
    YES,
  ],
  examples: [
    { line: 'heysync api', what: 'every endpoint' },
    { line: `heysync api tags.create --body '{"tag": "Gold"}'`, what: 'make a tag' },
    { line: 'heysync api contacts.get --param id=100234', what: 'read a contact' },
    {
      line: 'heysync api conversations.close --body \'{"chat_id": 900412}\' --yes',
      what: 'without a question',
    },
  ],
  json: 'the answer as heysync reads it; without a name a list of `name`, `method`, `path`, `page`, `summary`; with --dry-run `method`, `path`, `query`, `body`',
  run: (call, io) => {
    const [name] = call.args
    if (name === undefined) return Promise.resolve(listAll(call, io))
    const to = TABLE.get(name)
    if (to === undefined) throw unknownEndpoint(name)
    return run(call, io, name, to)
  },
}

function listAll(call: Call, io: Io): ExitCode {
  const all = [...TABLE].map(([name, { method, path, page, summary }]) => ({
    name,
    method,
    path,
    page,
    summary,
  }))
  if (flag(call, 'json')) io.data(`${JSON.stringify(all, null, 2)}\n`)
  else
    io.data(
      `${columns(
        all.map((one) => [io.color.bold(one.name), one.method, one.path, io.color.dim(one.summary)]),
        '',
        io.columns,
      )}\n`,
    )
  return 0
}

function run(call: Call, io: Io, name: string, to: Endpoint): Promise<ExitCode> {
  return withMessaging<ExitCode>(call, io, `api ${name}`, async ({ app, deps }) => {
    const asked: ApiRequest = {
      params: pairs(call, 'param', to.params),
      query: pairs(call, 'query', to.query),
      body: bodyOf(call, io.cwd),
    }
    const request = to.effect === 'write' ? await guardWrite(deps, name, asked) : asked
    if (flag(call, 'dryRun')) {
      const { query, body } = request
      const path = to.path.replace(/\{(\w+)\}/g, (all, key: string) => String(request.params[key] ?? all))
      io.data(`${JSON.stringify({ method: to.method, path, query, body }, null, 2)}\n`)
      return 0
    }
    if (to.effect === 'write' && !(await confirmed(call, io, `${to.method} ${to.path}: ${to.summary}?`)))
      return 0
    const answer = await callEndpoint(app.transport, to, request)
    // Names that this made or took away are asked for anew.
    if (to.effect === 'write') app.engine.lookups.forget()
    io.data(`${JSON.stringify(answer ?? null, mapsAsObjects, 2)}\n`)
    return 0
  })
}

function unknownEndpoint(name: string): HeysyncError {
  const near = nearest(name, TABLE.keys())
  return new HeysyncError('ERR_USAGE', {
    message: `There is no endpoint "${name}".`,
    hint: near === null ? 'heysync api lists them.' : `Did you mean ${near}? heysync api lists them.`,
  })
}

/** `name=value` as the endpoint wants them: a value becomes a number or a truth value where text is not taken. */
function pairs(call: Call, option: string, schema: Endpoint['query']): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = {}
  for (const pair of texts(call, option)) {
    const at = pair.indexOf('=')
    if (at < 1) {
      throw new HeysyncError('ERR_USAGE', {
        message: `--${option} "${pair}" is not name=value.`,
        hint: `--${option} id=100234`,
      })
    }
    given[pair.slice(0, at)] = pair.slice(at + 1)
  }
  for (const issue of schema?.safeParse(given).error?.issues ?? []) {
    const key = String(issue.path[0] ?? '')
    const value = given[key]
    if (typeof value === 'string' && /^(-?\d+|true|false)$/.test(value)) given[key] = JSON.parse(value)
  }
  return given
}

function bodyOf(call: Call, cwd: string): unknown {
  const given = text(call, 'body')
  if (given === undefined) return undefined
  try {
    return JSON.parse(given.startsWith('@') ? readFileSync(resolve(cwd, given.slice(1)), 'utf8') : given)
  } catch (cause) {
    throw new HeysyncError('ERR_USAGE', {
      message: `--body cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: `--body '{"tag": "Gold"}', or --body @file.json`,
      cause,
    })
  }
}

function mapsAsObjects(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}
