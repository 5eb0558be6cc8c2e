// Owns the way from a config file to a LoadedConfig: find, read, fill in, check. It changes nothing and reads no globals.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Connector } from '../connector/contract.ts'
import { fitted } from '../connector/fitted.ts'
import { crossCheck } from './cross-checks.ts'
import { withEnvFile } from './env-file.ts'
import { interpolate } from './interpolate.ts'
import type { KeyInfo } from './keys.ts'
import { jsonSchemaOf, keysIn, keysOf } from './keys.ts'
import { displayName, isWorldReadable, locateConfig, readConfigBytes } from './locate.ts'
import { parseValues } from './parse-values.ts'
import type { KeyPath } from './places.ts'
import { pathKey } from './places.ts'
import type { Problem, ProblemContext } from './problems.ts'
import { invalidConfig, missingSecrets, problemsOf } from './problems.ts'
import type { Config } from './schema.ts'
import { configSchema } from './schema.ts'
import { isSecretPath } from './secret-keys.ts'
import { parseConfigText } from './syntax.ts'
import type { Warning } from './warnings.ts'
import { warningsOf } from './warnings.ts'

export interface LoadRequest {
  /** From --config. */
  readonly path?: string | undefined
  /** Wins over .env beside the config. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** By the word under `connector:`: at least those that the file names; where it names one that is not there, all. */
  readonly connectors: ReadonlyMap<string, Connector>
}

/** A source's connector, and its options as the connector's own schema read them. */
export interface LoadedSource {
  readonly connector: Connector
  readonly options: unknown
}

export interface LoadedConfig {
  /** Frozen all the way down. */
  readonly config: Config
  /** Absolute path of the file. */
  readonly path: string
  /** Absolute path of its folder: relative paths in the config start here. */
  readonly baseDir: string
  /** Absolute path of the database. */
  readonly databasePath: string
  /** By source id. */
  readonly sources: ReadonlyMap<string, LoadedSource>
  /** Every secret value, for redaction in logs. */
  readonly secrets: readonly string[]
  readonly warnings: readonly Warning[]
  /** `heysync.yaml:12:5`: where a key path has its value; the nearest key around it where the file does not have it. */
  placeOf(keyPath: KeyPath): string
}

/**
 * Reads and checks the config file.
 * @throws HeysyncError ERR_CONFIG_NOT_FOUND, ERR_CONFIG_SYNTAX, ERR_CONFIG_SECRET or ERR_CONFIG_INVALID; the last two
 *   name every problem at once.
 */
export function loadConfig(request: LoadRequest): LoadedConfig {
  const path = locateConfig(request)
  const baseDir = dirname(path)
  const bytes = readConfigBytes(path)
  const { value: written, places } = parseConfigText(bytes, displayName(path, request.cwd))

  const readFile = (file: string): string => readFileSync(resolve(baseDir, file), 'utf8')
  const interpolated = interpolate(written, { env: withEnvFile(request.env, baseDir), readFile })
  if (interpolated.unfilled.length > 0) {
    throw missingSecrets(
      interpolated.unfilled.map((unfilled) => ({ ...unfilled, side: 'value' })),
      places,
    )
  }

  const { value, filled } = interpolated
  const mayShow = (keyPath: KeyPath): boolean => !filled.has(pathKey(keyPath)) && !isSecretPath(keyPath)
  const context: ProblemContext = {
    valueAt: (keyPath) => valueAt(value, keyPath),
    mayShow,
    keys: () => allKeys(value, request.connectors),
  }
  const parsed = parseValues(configSchema, value, [], filled)
  const sources = parseSources(value, filled, request.connectors, context)
  const problems = [
    ...(parsed.ok ? [] : problemsOf(parsed.issues, [], context)),
    ...sources.problems,
    ...crossCheck({ value, connectors: request.connectors, mayShow }),
  ]
  if (!parsed.ok || problems.length > 0) {
    throw invalidConfig(withoutOutside(problems, interpolated.outside), places)
  }

  const config = deepFreeze(parsed.value)
  return {
    config,
    path,
    baseDir,
    databasePath: resolve(baseDir, config.database),
    sources: sources.byId,
    secrets: interpolated.secrets,
    warnings: warningsOf({ config, interpolated, places, worldReadable: isWorldReadable(path) }),
    placeOf: (keyPath) => places.of(keyPath),
  }
}

/** Parses each source's options with its connector's schema. A kind that is not there is the cross-check's business. */
function parseSources(
  value: unknown,
  filled: ReadonlySet<string>,
  connectors: ReadonlyMap<string, Connector>,
  context: ProblemContext,
): { byId: ReadonlyMap<string, LoadedSource>; problems: Problem[] } {
  const byId = new Map<string, LoadedSource>()
  const problems: Problem[] = []
  const list = valueAt(value, ['sources'])
  for (const [index] of (Array.isArray(list) ? list : []).entries()) {
    const id = valueAt(list, [index, 'id'])
    const connector = connectors.get(String(valueAt(list, [index, 'connector'])))
    const path: KeyPath = ['sources', index, 'options']
    const options = valueAt(value, path) ?? {}
    if (!connector || typeof options !== 'object' || Array.isArray(options)) continue
    const parsed = parseValues(connector.options, options, path, filled)
    if (!parsed.ok) problems.push(...problemsOf(parsed.issues, path, context))
    else if (typeof id === 'string')
      byId.set(id, { connector: fitted(connector, parsed.value), options: parsed.value })
  }
  return { byId, problems }
}

/** The config's keys and, for suggestions, those of the connectors in use. */
function allKeys(value: unknown, connectors: ReadonlyMap<string, Connector>): readonly KeyInfo[] {
  const list = valueAt(value, ['sources'])
  const kinds = (Array.isArray(list) ? list : []).map((source) => String(valueAt(source, ['connector'])))
  const used = [...new Set(kinds)].flatMap((kind) => connectors.get(kind) ?? [])
  const options = used.flatMap((connector) =>
    keysIn(jsonSchemaOf(connector.options), ['sources', '[]', 'options']),
  )
  return [...keysOf(configSchema), ...options]
}

function valueAt(value: unknown, path: KeyPath): unknown {
  let at: unknown = value
  for (const part of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<string | number, unknown>)[part]
  }
  return at
}

/** A connector writes its own messages; nothing that came from outside of the file may stand in one. */
function withoutOutside(problems: readonly Problem[], outside: readonly string[]): Problem[] {
  const hidden = outside.filter((text) => text.length >= 4).sort((a, b) => b.length - a.length)
  return problems.map((problem) => ({
    ...problem,
    what: hidden.reduce((what, text) => what.replaceAll(text, '•••'), problem.what),
  }))
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
