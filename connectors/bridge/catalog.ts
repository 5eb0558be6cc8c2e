// Owns the catalog of a Singer tap: which stream and fields are selected in it, and how the stream is read. All else stays as it came.
import { ConnectorError } from 'heysync/connector'
import { isObject } from './lines.ts'

export type Method = 'INCREMENTAL' | 'FULL_TABLE' | 'LOG_BASED'

export interface Wish {
  readonly stream: string
  /** Fields that are asked for, with those that are needed in any case; null for all. */
  readonly fields: readonly string[] | null
  readonly method: Method | undefined
  readonly replicationKey: string | undefined
}

export interface Selection {
  /** The document to give back, with the selection in it. */
  readonly document: unknown
  /** Messages call the stream by one of these. */
  readonly names: ReadonlySet<string>
  readonly schema: unknown
  readonly method: Method
  readonly replicationKey: string | null
}

type Json = Record<string, unknown>
const METHODS: readonly Method[] = ['INCREMENTAL', 'FULL_TABLE', 'LOG_BASED']

/** Errors: ConnectorError when the document is no catalog, or has no such stream. */
export function select(document: unknown, wish: Wish): Selection {
  const streams =
    isObject(document) && Array.isArray(document.streams) ? document.streams.filter(isObject) : null
  if (streams === null)
    throw new ConnectorError('unreadable', {
      message: 'What the tap printed for --discover is no catalog of streams.',
      hint: 'Run the command by hand with --config and --discover.',
    })
  const wanted = meantBy(wish.stream, streams)
  const { method, replicationKey } = replicationOf(wanted, wish)
  const chosen = streams.map((one) =>
    one === wanted ? selected(one, wish, method, replicationKey) : deselected(one),
  )
  return {
    document: { ...(document as Json), streams: chosen },
    names: new Set([wanted.stream, wanted.tap_stream_id].filter((name) => typeof name === 'string')),
    schema: wanted.schema,
    method,
    replicationKey,
  }
}

/** Ids are unique; several streams may have one name, such as tables of several schemas. */
function meantBy(stream: string, streams: readonly Json[]): Json {
  const byId = streams.filter(({ tap_stream_id }) => tap_stream_id === stream)
  const found = byId.length > 0 ? byId : streams.filter((one) => one.stream === stream)
  const [wanted] = found
  if (wanted !== undefined && found.length === 1) return wanted
  const ids = (of: readonly Json[]) =>
    of.map(({ stream: name, tap_stream_id }) => String(tap_stream_id ?? name)).join(', ')
  throw new ConnectorError('not-found', {
    message: `The tap has ${wanted === undefined ? 'no stream' : 'several streams'} "${stream}".`,
    hint:
      wanted === undefined
        ? `Its streams are: ${ids(streams) || 'none'}.`
        : `Name one by its id: ${ids(found)}.`,
  })
}

function replicationOf(entry: Json, wish: Wish): { method: Method; replicationKey: string | null } {
  const known = metadataOf(entry, [])
  const valid = known['valid-replication-keys']
  const keys = Array.isArray(valid) ? valid : []
  const key = [wish.replicationKey, known['replication-key'], entry.replication_key, keys[0]].find(
    (one) => typeof one === 'string' && one !== '',
  )
  const replicationKey = typeof key === 'string' ? key : null
  const guess: Method = replicationKey === null ? 'FULL_TABLE' : 'INCREMENTAL'
  const method = METHODS.find((one) => one === known['forced-replication-method']) ?? wish.method ?? guess
  return { method, replicationKey }
}

function selected(entry: Json, { fields }: Wish, method: Method, replicationKey: string | null): Json {
  const key = method === 'INCREMENTAL' && replicationKey !== null ? replicationKey : null
  const ours = {
    selected: true,
    'replication-method': method,
    ...(key === null ? {} : { 'replication-key': key }),
  }
  const wants = (name: unknown) => fields === null || fields.includes(String(name))
  const rest = metadataList(entry).filter(({ breadcrumb }) => pathOf(breadcrumb).length > 0)
  const known = new Set(rest.map(({ breadcrumb }) => pathOf(breadcrumb).join('.')))
  const properties =
    isObject(entry.schema) && isObject(entry.schema.properties) ? entry.schema.properties : {}
  const added = Object.keys(properties)
    .filter((name) => !known.has(`properties.${name}`))
    .map((name) => ({ breadcrumb: ['properties', name], metadata: { selected: wants(name) } }))
  const marked = rest.map((one) => {
    const of = isObject(one.metadata) ? one.metadata : {}
    const selectable = of.inclusion !== 'automatic' && of.inclusion !== 'unsupported'
    return selectable ? { ...one, metadata: { ...of, selected: wants(pathOf(one.breadcrumb)[1]) } } : one
  })
  const metadata = [{ breadcrumb: [], metadata: { ...metadataOf(entry, []), ...ours } }, ...marked, ...added]
  // Older taps look for the choice beside the metadata.
  const older = {
    selected: true,
    replication_method: method,
    ...(key === null ? {} : { replication_key: key }),
  }
  return { ...entry, ...older, metadata }
}

function deselected(entry: Json): Json {
  const metadata = metadataList(entry).map((one) =>
    pathOf(one.breadcrumb).length > 0
      ? one
      : { ...one, metadata: { ...(isObject(one.metadata) ? one.metadata : {}), selected: false } },
  )
  return { ...entry, selected: false, metadata }
}

function metadataList({ metadata }: Json): readonly Json[] {
  return Array.isArray(metadata) ? metadata.filter(isObject) : []
}

function metadataOf(entry: Json, path: readonly string[]): Json {
  const found = metadataList(entry).find(({ breadcrumb }) => pathOf(breadcrumb).join('.') === path.join('.'))
  return isObject(found?.metadata) ? found.metadata : {}
}

function pathOf(breadcrumb: unknown): readonly string[] {
  return Array.isArray(breadcrumb) ? breadcrumb.map(String) : []
}
