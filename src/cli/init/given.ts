// Owns what the command line says about the first config, and the draft that comes of it where nobody is asked.
import { existsSync } from 'node:fs'
import { basename, extname, relative, resolve } from 'node:path'
import { readEnvFile } from '../../config/env-file.ts'
import { REMOVAL_RUNGS, type RemovalRung } from '../../config/schema.ts'
import type { Connector, Discovery } from '../../connector/contract.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { type Call, flag, text, texts } from '../command.ts'
import type { Io } from '../io.ts'
import { type AccountDraft, type Draft, type Mapping, PLAIN_FIELDS, USUAL_HABITS } from './draft.ts'
import { connectorOf, discover, discoverWithoutId, optionsError, readOptions, type World } from './look.ts'
import { hideSecrets, type OptionForm, type Options, optionForm, withOption } from './option-form.ts'
import { proposeId, proposeMapping, proposeUpdated } from './propose-mapping.ts'

export const SANDBOX_URL = 'http://127.0.0.1:8781'
export const ACCOUNT_VARIABLES = ['HEYMARKET_SECRET_ID', 'HEYMARKET_SECRET_KEY'] as const

export interface Given {
  readonly sandbox: boolean
  readonly baseUrl: string | null
  readonly secretId: string | null
  readonly country: string | null
  readonly kind: string | null
  readonly id: string | null
  /** `name=value` of --option, not read yet: what they mean is the connector's to say. */
  readonly options: readonly (readonly [path: readonly string[], typed: string])[]
  readonly map: readonly (readonly [field: string, from: string])[]
  readonly onRemoved: RemovalRung | null
  readonly removedTag: string | null
  readonly schedule: string | null
  /** Variables of --secrets-file. */
  readonly variables: Readonly<Record<string, string>>
}

/** Errors: ERR_USAGE. */
export function givenBy(call: Call, { cwd }: Pick<Io, 'cwd'>, baseDir: string): Given {
  const csv = text(call, 'csv')
  const kind = text(call, 'connector') ?? (csv === undefined ? null : 'csv')
  if (csv !== undefined && kind !== 'csv' && kind !== 'files')
    throw usage(`--csv and --connector ${kind} contradict each other.`, 'Leave one of them out.')
  const rung = text(call, 'onRemoved')
  if (rung !== undefined && !REMOVAL_RUNGS.some((one) => one === rung))
    throw usage(
      `--on-removed ${rung} is none of: ${REMOVAL_RUNGS.join(', ')}.`,
      '--on-removed removeFromLists',
    )
  const removedTag = text(call, 'removedTag') ?? null
  if (rung === 'tag' && removedTag === null)
    throw usage('--on-removed tag needs the tag.', '--removed-tag "Former customer"')
  // Not --env-file: Node 20 takes that word for itself, wherever it stands.
  const file = text(call, 'secretsFile')
  if (file !== undefined && !existsSync(resolve(cwd, file)))
    throw usage(`There is no file ${file}.`, '--secrets-file names a file of NAME=value lines that is there.')
  return {
    sandbox: flag(call, 'sandbox'),
    baseUrl: text(call, 'baseUrl') ?? null,
    secretId: text(call, 'secretId') ?? null,
    country: text(call, 'country') ?? null,
    kind,
    id: text(call, 'id') ?? null,
    options: [
      ...(csv === undefined ? [] : [[['path'], fileFrom(baseDir, resolve(cwd, csv))] as const]),
      ...texts(call, 'option').map((one) => {
        const [name, value] = pair(one, '--option')
        return [name.split('.'), value] as const
      }),
    ],
    map: texts(call, 'map').map((one) => pair(one, '--map')),
    onRemoved: (rung as RemovalRung | undefined) ?? null,
    removedTag,
    schedule: text(call, 'schedule') ?? null,
    variables: file === undefined ? {} : readEnvFile(resolve(cwd, file)),
  }
}

function pair(typed: string, option: string): readonly [string, string] {
  const at = typed.indexOf('=')
  if (at < 1) throw usage(`${option} ${typed} is not name=value.`, `${option} name=value`)
  return [typed.slice(0, at).trim(), typed.slice(at + 1)]
}

function usage(message: string, hint: string): HeysyncError {
  return new HeysyncError('ERR_USAGE', { message, hint })
}

/** As the config names a file: from its own folder. */
function fileFrom(folder: string, file: string): string {
  const path = relative(folder, file)
  return path.startsWith('.') || path === resolve(path) ? path : `./${path}`
}

export function accountOf({ sandbox, baseUrl }: Given): AccountDraft {
  return { sandbox, baseUrl: baseUrl ?? (sandbox ? SANDBOX_URL : null), customFields: [] }
}

/** Errors: ERR_USAGE for an option that the connector does not have. */
export function optionsGiven({ options }: Given, form: OptionForm): Options {
  return options.reduce<Options>((all, [path, typed]) => withOption(all, path, form.read(path, typed)), {})
}

export function sourceIdFor(kind: string, { path, table }: Options): string {
  const from =
    typeof path === 'string' ? basename(path, extname(path)) : typeof table === 'string' ? table : kind
  const id = from
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
  return id === '' ? 'contacts' : id.slice(0, 64)
}

/** Everything by flags and proposals; nobody is asked. Errors: ERR_USAGE, ERR_SOURCE_*. */
export async function draftFrom(given: Given, world: World): Promise<Draft> {
  const account = accountOf(given)
  const secrets = new Map(accountSecrets(given, world))
  const kind = given.kind ?? 'csv'
  const connector = await connectorOf(kind)
  const form = optionForm(kind, connector.options)
  const asGiven = optionsGiven(given, form)
  // Without a word about the source the usual file is meant, and the config shows where its columns belong.
  const isBlank = given.kind === null && given.options.length === 0
  const options = isBlank ? { path: './contacts.csv' } : asGiven
  const id = given.id ?? sourceIdFor(kind, options)
  const hidden = hideSecrets(options, id)
  for (const [name, value] of hidden.secrets) secrets.set(name, value)
  for (const name of namesIn(hidden.options)) {
    const value = given.variables[name]
    if (value !== undefined) secrets.set(name, value)
  }
  const source = { id, kind, options: hidden.options }
  const nothingThere = isBlank && !existsSync(resolve(world.baseDir, 'contacts.csv'))
  const found: Discovery = nothingThere
    ? { fields: [], count: null }
    : await looked(source, connector, form, secrets, world)
  const proposed = proposeMapping(found.fields, { customFields: [], defaultCountry: given.country })
  return {
    account,
    secrets,
    source: { ...source, options: withColumns(hidden.options, form, found) },
    mapping: mappingGiven(proposed, given),
    habits: habitsGiven(given),
  }
}

async function looked(
  source: Draft['source'],
  connector: Connector,
  form: OptionForm,
  secrets: ReadonlyMap<string, string>,
  world: World,
): Promise<Discovery> {
  const lacksId = form.keys.includes('idColumn') && source.options.idColumn === undefined
  const tried = lacksId ? { ...source.options, idColumn: 'id' } : source.options
  const read = readOptions(connector, tried, secrets, world)
  if (!read.ok) throw optionsError(source.kind, read.problems)
  return lacksId
    ? discoverWithoutId(source, connector, secrets, world)
    : discover(source, connector, secrets, world)
}

function withColumns(options: Options, form: OptionForm, { fields }: Discovery): Options {
  const idColumn = proposeId(fields) ?? 'id'
  const updatedColumn = proposeUpdated(fields)
  return {
    ...options,
    ...(form.keys.includes('idColumn') && options.idColumn === undefined ? { idColumn } : {}),
    ...(form.keys.includes('updatedColumn') && updatedColumn !== null && options.updatedColumn === undefined
      ? { updatedColumn }
      : {}),
  }
}

/** Both halves of the credential for .env; none where it is to come from the environment. Errors: ERR_USAGE. */
export function accountSecrets(
  given: Given,
  { env }: Pick<World, 'env'>,
): readonly (readonly [string, string])[] {
  if (given.sandbox) return []
  const [ID, KEY] = ACCOUNT_VARIABLES
  const secretId = given.secretId ?? given.variables[ID]
  if (secretId === undefined) return []
  const secretKey = given.variables[KEY] ?? env[KEY]
  if (secretKey)
    return [
      [ID, secretId],
      [KEY, secretKey],
    ]
  throw usage(
    `The key that belongs to the secret id is not there: ${KEY} is not set.`,
    `Set ${KEY} in the environment or in --secrets-file FILE. It is no flag, because other users could see it there.`,
  )
}

/** The proposal with what --map says over it. Errors: ERR_USAGE. */
export function mappingGiven(proposed: Mapping, { map, country }: Given): Mapping {
  const fields: Partial<Record<string, readonly string[]>> = { ...proposed.fields }
  const custom: Record<string, string> = { ...proposed.custom }
  let record = proposed.country
  for (const [field, from] of map) {
    if (field === 'country') record = from
    else if (field.startsWith('custom.')) custom[field.slice('custom.'.length)] = from
    else if (PLAIN_FIELDS.some((one) => one === field)) {
      const names = from.startsWith('=') ? [from] : from.split(',').map((one) => one.trim())
      fields[field] = names.filter(Boolean)
    } else
      throw usage(
        `--map ${field}=… names no field of a contact.`,
        `The fields are: ${PLAIN_FIELDS.join(', ')}, country and custom.<name in Heymarket>.`,
      )
  }
  const kept = Object.entries(fields).filter(([, names]) => (names?.length ?? 0) > 0)
  return {
    defaultCountry: country ?? proposed.defaultCountry,
    country: record,
    fields: Object.fromEntries(kept) as Mapping['fields'],
    custom,
  }
}

function habitsGiven({ schedule, onRemoved, removedTag }: Given): Draft['habits'] {
  return {
    ...USUAL_HABITS,
    ...(schedule === null ? {} : { schedule }),
    ...(onRemoved === null ? {} : { onRemoved }),
    removedTag,
  }
}

/** The variables that options name. */
function namesIn(options: Options): string[] {
  return [...JSON.stringify(options).matchAll(/\$\{([A-Za-z_]\w*)/g)].map(([, name = '']) => name)
}
