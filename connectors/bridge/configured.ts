// Owns the configured catalog of an Airbyte source: one stream, as it was discovered, and how it is read. Pure.
import { ConnectorError } from 'heysync/connector'
import type { AirbyteOptions } from './airbyte-options.ts'
import { isObject } from './lines.ts'
import { idFieldsOf } from './options.ts'

export interface Configured {
  /** The document for --catalog. */
  readonly document: unknown
  readonly name: string
  readonly namespace: string | null
  readonly schema: unknown
  readonly mode: 'incremental' | 'full_refresh'
  readonly idFields: readonly string[]
  readonly updatedField: string | null
}

/** Errors: ConnectorError when there is no such stream, or when it cannot be read as the options say. */
export function configure(catalog: unknown, options: AirbyteOptions): Configured {
  const streams = isObject(catalog) && Array.isArray(catalog.streams) ? catalog.streams.filter(isObject) : []
  const found = streams.filter(
    ({ name, namespace }) =>
      name === options.stream &&
      (options.namespace === undefined || namespaceOf(namespace) === namespaceOf(options.namespace)),
  )
  const [stream] = found
  if (stream === undefined || found.length > 1)
    throw new ConnectorError('not-found', {
      message: `The source has ${stream === undefined ? 'no stream' : 'several streams'} "${options.stream}".`,
      hint:
        stream === undefined ? `It has: ${streams.map(({ name }) => name).join(', ')}.` : 'Set namespace.',
    })
  const key = pathsOf(stream.source_defined_primary_key)
  const idFields = idFieldsOf(options) ?? key
  if (idFields === null || idFields.length === 0)
    throw new ConnectorError('field', {
      message: `The stream ${options.stream} names no key of its own fields.`,
      hint: 'Set idField to the field that holds an id that never changes.',
    })
  const byDefault = pathsOf([stream.default_cursor_field])?.[0]
  const cursor = options.cursorField ?? byDefault
  const modes = Array.isArray(stream.supported_sync_modes) ? stream.supported_sync_modes : []
  const can = modes.includes('incremental') && (stream.source_defined_cursor === true || cursor !== undefined)
  if (options.syncMode === 'incremental' && !can)
    throw new ConnectorError('field', {
      message: `The stream ${options.stream} cannot be read incrementally as configured.`,
      hint: 'Set cursorField, or take syncMode away.',
    })
  const mode = options.syncMode ?? (can ? 'incremental' : 'full_refresh')
  const incremental = mode === 'incremental'
  const ours = {
    stream,
    sync_mode: mode,
    destination_sync_mode: incremental ? 'append_dedup' : 'overwrite',
    primary_key: idFields.map((name) => [name]),
    ...(incremental && stream.source_defined_cursor !== true && cursor ? { cursor_field: [cursor] } : {}),
    generation_id: 1,
    minimum_generation_id: incremental ? 0 : 1,
    sync_id: 1,
  }
  return {
    document: { streams: [ours] },
    name: options.stream,
    namespace: namespaceOf(stream.namespace),
    schema: stream.json_schema,
    mode,
    idFields,
    updatedField: options.updatedField ?? cursor ?? null,
  }
}

/** Sources write none in three ways: not at all, as null, and as an empty text. */
export function namespaceOf(text: unknown): string | null {
  return typeof text === 'string' && text !== '' ? text : null
}

/** Names of fields at the top; null when one lies deeper or there are none. */
function pathsOf(paths: unknown): readonly string[] | null {
  if (!Array.isArray(paths)) return null
  const names = paths.map((path) => (Array.isArray(path) && path.length === 1 ? path[0] : null))
  return names.every((name) => typeof name === 'string') ? names : null
}
