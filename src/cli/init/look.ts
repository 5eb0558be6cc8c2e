// Owns looking at the real things while a config is made: the account, what a source has, and what its people become.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { connectors } from '../../../connectors/index.ts'
import { withEnvFile } from '../../config/env-file.ts'
import { interpolate } from '../../config/interpolate.ts'
import { parseValues } from '../../config/parse-values.ts'
import { configSchema } from '../../config/schema.ts'
import { connectorContext } from '../../connector/context.ts'
import { type Connector, ConnectorError, type Discovery } from '../../connector/contract.ts'
import { fitted } from '../../connector/fitted.ts'
import { type Credential, openHeymarket } from '../../heymarket/open.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { nearest } from '../../lib/suggest.ts'
import { compileNormalizer, type Normalizer } from '../../sync/normalize/normalize.ts'
import { sourceError } from '../../sync/pull/source-error.ts'
import { type FirstRecords, firstRecords } from '../first-records.ts'
import type { Io } from '../io.ts'
import { configText } from './config-text.ts'
import type { Draft, SourceDraft } from './draft.ts'
import type { Options } from './option-form.ts'

export type World = Pick<Io, 'env' | 'signal' | 'clock'> & {
  /** The folder of the config. */
  readonly baseDir: string
}

export type Secrets = ReadonlyMap<string, string>

export interface TriedAccount {
  readonly team: string
  readonly customFields: readonly string[]
}

const ACCOUNT_TIMEOUT_MS = 15_000

const HEYMARKET_URL = 'https://api.heymarket.com'

/** Errors: ERR_HEYMARKET_*. */
export async function tryAccount(
  auth: Credential,
  baseUrl: string | null,
  world: World,
): Promise<TriedAccount> {
  const client = openHeymarket({
    auth,
    baseUrl: baseUrl ?? HEYMARKET_URL,
    timeoutMs: ACCOUNT_TIMEOUT_MS,
    signal: world.signal,
  })
  try {
    const { name } = await client.team.get()
    return { team: name, customFields: (await client.contactFields.list()).map((field) => field.name) }
  } finally {
    client.close()
  }
}

/** Errors: ERR_USAGE for a kind that there is not. */
export async function connectorOf(kind: string): Promise<Connector> {
  const load = connectors.get(kind)
  if (load !== undefined) return load()
  const near = nearest(kind, [...connectors.keys()])
  throw new HeysyncError('ERR_USAGE', {
    message: `There is no kind of source "${kind}".`,
    hint: near ? `Did you mean "${near}"?` : `The kinds are: ${[...connectors.keys()].join(', ')}.`,
  })
}

export interface OptionProblem {
  readonly path: readonly string[]
  readonly message: string
}

export type ReadOptions =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly OptionProblem[] }

/** Options as they stand in a config, filled in and read by the connector's own schema. */
export function readOptions(
  connector: Connector,
  options: Options,
  secrets: Secrets,
  world: World,
): ReadOptions {
  const { value, filled, unfilled } = filledIn(options, secrets, world)
  const missing = unfilled.map(({ path, what }) => ({ path: path.map(String), message: what }))
  if (missing.length > 0) return { ok: false, problems: missing }
  const parsed = parseValues(connector.options, value, [], filled)
  if (parsed.ok) return { ok: true, value: parsed.value }
  const problems = parsed.issues.map(({ path, message }) => ({ path: path.map(String), message }))
  return { ok: false, problems }
}

/** Errors: ERR_SOURCE_*. */
export async function discover(
  source: SourceDraft,
  connector: Connector,
  secrets: Secrets,
  world: World,
): Promise<Discovery> {
  const read = readOptions(connector, source.options, secrets, world)
  if (!read.ok) throw optionsError(source.kind, read.problems)
  try {
    return await connector.discover(read.value, contextIn(world))
  } catch (error) {
    world.signal.throwIfAborted()
    throw sourceError(error, source.id, false)
  }
}

/**
 * What the source has, before it is known which field is the id. Where none is called so, the nearest that it has will do to
 * look at it. Errors: ERR_SOURCE_*.
 */
export async function discoverWithoutId(
  source: SourceDraft,
  connector: Connector,
  secrets: Secrets,
  world: World,
): Promise<Discovery> {
  const withId = (idColumn: string) =>
    discover({ ...source, options: { ...source.options, idColumn } }, connector, secrets, world)
  try {
    return await withId('id')
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    const isMissing = cause instanceof ConnectorError && cause.kind === 'field'
    const near = isMissing ? /"(.+?)"/.exec(cause.hint ?? '')?.[1] : undefined
    if (near === undefined) throw error
    return withId(near)
  }
}

export function optionsError(kind: string, problems: readonly OptionProblem[]): HeysyncError {
  const said = problems.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
  const wanted = problems.find(({ path }) => path.length > 0)?.path.join('.') ?? 'name'
  return new HeysyncError('ERR_USAGE', {
    message: `The options of the ${kind} source are not complete or not right: ${said.join('; ')}.`,
    hint: `Give it with --option ${wanted}=…; docs/connectors/${kind}.md explains each.`,
  })
}

const PEOPLE = 100

/** The first records of the source. Errors: ERR_SOURCE_*. */
export async function firstOf(
  source: SourceDraft,
  connector: Connector,
  secrets: Secrets,
  world: World,
): Promise<FirstRecords> {
  const read = readOptions(connector, source.options, secrets, world)
  if (!read.ok) throw optionsError(source.kind, read.problems)
  try {
    return await firstRecords(fitted(connector, read.value), read.value, contextIn(world), PEOPLE)
  } catch (error) {
    world.signal.throwIfAborted()
    throw sourceError(error, source.id, false)
  }
}

/** What a draft's mapping does. Errors: ERR_USAGE, ERR_EXPRESSION. */
export function normalizerOf(draft: Draft, world: World): Normalizer {
  const { value, filled } = filledIn(parse(configText(draft)), draft.secrets, world)
  const read = parseValues(configSchema, value, [], filled)
  const source = read.ok ? read.value.sources[0] : undefined
  if (!read.ok || source === undefined) {
    const issue = read.ok ? undefined : read.issues[0]
    throw new HeysyncError('ERR_USAGE', { message: `${issue?.path.join('.')}: ${issue?.message}` })
  }
  const { defaultCountry } = read.value
  return compileNormalizer(source, { defaultCountry, keyPath: ['sources', 0] })
}

function filledIn(value: unknown, secrets: Secrets, world: World) {
  const env = { ...withEnvFile(world.env, world.baseDir), ...Object.fromEntries(secrets) }
  return interpolate(value, { env, readFile: (file) => readFileSync(resolve(world.baseDir, file), 'utf8') })
}

function contextIn({ signal, clock, baseDir }: World) {
  return connectorContext({
    signal,
    clock,
    baseDir,
    log: { debug: () => {}, info: () => {}, warn: () => {} },
  })
}
