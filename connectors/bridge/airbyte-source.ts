// Owns the talk with an Airbyte source: its check, its catalog, its run, and what its messages add up to.
import { type BadRecord, ConnectorError, type Page, type PullEnd, type SourceRecord } from 'heysync/connector'
import type { AirbyteOptions } from './airbyte-options.ts'
import { type Configured, configure, namespaceOf } from './configured.ts'
import { exactPart, exactText, isObject, lineReader, type Message } from './lines.ts'
import type { Room } from './room.ts'
import { bad, type RowShape, readRow } from './row.ts'
import { writePosition, writeToken } from './standing.ts'

interface Heard {
  readonly message: Message
  readonly line: string
}

/** Messages of one command, once what any command may say is dealt with. Errors: ConnectorError for a TRACE that is an error. */
async function* hear(
  room: Room,
  options: AirbyteOptions,
  args: readonly string[],
): AsyncGenerator<readonly Heard[]> {
  const { log } = room.context
  const reader = lineReader(options.noiseLimit)
  for await (const lines of room.run(args)) {
    const heard: Heard[] = []
    for (const line of lines) {
      const message = reader.read(line)
      if (message === null) continue
      if (message.type === 'CONTROL') keepControl(room, line)
      if (message.type === 'TRACE') throwError(room, message)
      heard.push({ message, line })
    }
    yield heard
  }
  if (reader.noise() > 0) log.warn(`${reader.noise()} lines of the source's output were no messages.`)
}

function keepControl(room: Room, line: string): void {
  const control = exactPart(line, 'control')
  const told = isObject(control) && isObject(control.connectorConfig) ? control.connectorConfig.config : null
  if (isObject(told)) room.keepTold(exactText(told))
}

function throwError(room: Room, { trace }: Message): void {
  if (!isObject(trace) || trace.type !== 'ERROR') return
  const error = isObject(trace.error) ? trace.error : {}
  throw failed(`The source says: ${room.redact(String(error.message ?? 'an error')).slice(0, 500)}`)
}

function failed(
  message: string,
  hint = 'Nothing of this run counts; the next one begins where the last good one ended.',
) {
  return new ConnectorError('failed', { message, hint })
}

/** Errors: ConnectorError when the source cannot be used with this config, which it says with exit code 0. */
export async function check(room: Room, options: AirbyteOptions): Promise<void> {
  for await (const heard of hear(room, options, ['check', '--config', room.config]))
    for (const { message } of heard) {
      const status = isObject(message.connectionStatus) ? message.connectionStatus : {}
      if (message.type !== 'CONNECTION_STATUS' || status.status !== 'FAILED') continue
      const why = room.redact(String(status.message ?? 'no reason given')).slice(0, 500)
      throw failed(`The source cannot connect: ${why}`, 'Look at config and at what the source needs there.')
    }
}

export async function findStream(room: Room, options: AirbyteOptions): Promise<Configured> {
  let catalog: unknown
  for await (const heard of hear(room, options, ['discover', '--config', room.config]))
    for (const { message, line } of heard)
      if (message.type === 'CATALOG') catalog = exactPart(line, 'catalog')
  return configure(catalog, options)
}

/** Pages of one run. Errors: those of its process, and ConnectorError when it did not read the stream to its end. */
export async function* readSource(
  room: Room,
  options: AirbyteOptions,
  stream: Configured,
  begin: { readonly page: number; readonly state: string | null },
): AsyncGenerator<Page> {
  const changes = stream.mode === 'incremental' ? ({ changes: true } as const) : {}
  const catalog = await room.write('catalog.json', exactText(stream.document))
  const args = ['read', '--config', room.config, '--catalog', catalog]
  if (begin.state !== null) args.push('--state', await room.write('state.json', begin.state))
  const run = follow(options, stream, begin.state)
  let pageNumber = begin.page
  const page = (): Page => {
    room.keepConfig()
    pageNumber += 1
    return { ...run.take(), ...changes, position: writePosition(pageNumber, run.state()) }
  }
  for await (const heard of hear(room, options, args))
    for (const { message, line } of heard) {
      run.hear(message, line)
      if (run.waiting() >= options.pageSize) yield page()
    }
  const end = run.end()
  yield { ...page(), end }
}

/** What one run said so far. */
function follow(options: AirbyteOptions, stream: Configured, given: string | null) {
  let records: SourceRecord[] = []
  let unread: BadRecord[] = []
  let state = given
  let count = 0
  /** Since the last state: of the stream, and of all. */
  let own = 0
  let all = 0
  let status: string | null = null
  /** Streams that records came of; of ours only whether any did. */
  const others = new Set<string>()
  const isOurs = (name: unknown, namespace: unknown) =>
    name === stream.name && namespaceOf(namespace) === stream.namespace
  const shape = { ...options, idFields: stream.idFields, updatedField: stream.updatedField }

  const readRecord = ({ record }: Message) => {
    all += 1
    if (!isObject(record)) return
    if (!isOurs(record.stream, record.namespace)) {
      others.add([namespaceOf(record.namespace), record.stream].filter((part) => part !== null).join('.'))
      return
    }
    own += 1
    count += 1
    const place = `${stream.name}:${count}`
    const row = readWhatIsSure(record, place, shape)
    if ('code' in row) unread.push(row)
    else records.push(row)
  }

  const readState = (line: string) => {
    const exact = exactPart(line, 'state')
    if (!isObject(exact)) return
    const message = JSON.parse(line) as { state: Record<string, unknown>; sourceStatus?: unknown }
    for (const told of [message.sourceStatus, message.state.sourceStatus])
      if (isObject(told) && told.status === 'ERRORED') throw failed('The source says that its run failed.')
    const { type = 'LEGACY', sourceStats } = message.state
    const of = isObject(message.state.stream) ? message.state.stream : {}
    const descriptor = isObject(of.stream_descriptor) ? of.stream_descriptor : {}
    if (type === 'STREAM' && !isOurs(descriptor.name, descriptor.namespace)) return
    const counted = type === 'STREAM' ? own : all
    const claimed = isObject(sourceStats) ? sourceStats.recordCount : undefined
    if (typeof claimed === 'number' && claimed !== counted)
      throw failed(
        `The source says that it sent ${claimed} records since its last state, and ${counted} came.`,
      )
    own = 0
    all = 0
    // What came before it is on this page or an earlier one, and the state is only kept together with them.
    if (type !== 'LEGACY') state = exactText([exact])
    else if (exact.data !== undefined) state = exactText(exact.data)
  }

  const readTrace = ({ trace }: Message) => {
    const told = isObject(trace) && isObject(trace.stream_status) ? trace.stream_status : null
    const of = isObject(told?.stream_descriptor) ? told.stream_descriptor : {}
    if (told !== null && isOurs(of.name, of.namespace)) status = String(told.status)
  }

  return {
    state: () => state,
    waiting: () => records.length + unread.length,
    take: () => {
      const taken = { records, ...(unread.length > 0 ? { bad: unread } : {}) }
      records = []
      unread = []
      return taken
    },
    hear: (message: Message, line: string) => {
      if (message.type === 'RECORD') readRecord(message)
      else if (message.type === 'STATE') readState(line)
      else if (message.type === 'TRACE') readTrace(message)
    },
    end: (): PullEnd => {
      if (status !== null && status !== 'COMPLETE')
        throw failed(`The source ended and left the stream ${stream.name} ${status}.`)
      if (count === 0 && others.size > 0)
        throw failed(
          `The source was asked for ${stream.name} and sent records of other streams only: ${[...others].slice(0, 5).join(', ')}.`,
          'Look at stream and namespace in the options.',
        )
      const covers = stream.mode === 'full_refresh' ? 'everything' : 'changes'
      return { covers, count: null, token: writeToken(stream.mode, state) }
    },
  }
}

/** The record; bad where the source could not hand on a field, unless nothing but its id is needed because it is deleted. */
function readWhatIsSure(
  { data, meta }: Readonly<Record<string, unknown>>,
  place: string,
  shape: RowShape,
): SourceRecord | BadRecord {
  const lost = changedFields(meta)
  if (lost.length === 0 || !isObject(data)) return readRow(data, place, shape)
  const sure = Object.fromEntries(Object.entries(data).filter(([name]) => !lost.includes(name)))
  const row = readRow(sure, place, shape)
  const record = 'code' in row ? null : row
  if (record?.deleted === true) return record
  const why = `The source could not write ${lost.join(', ')} whole.`
  const unread = bad(data, place, record?.id ?? null, 'ROW_MALFORMED', why)
  return record === null ? unread : { ...unread, record }
}

/** Fields that are empty or short only because the source could not hand them on; the whole field where a part of it is. */
function changedFields(meta: unknown): readonly string[] {
  const changes = isObject(meta) && Array.isArray(meta.changes) ? meta.changes.filter(isObject) : []
  return changes.flatMap(({ field }) => [String(field), String(field).split('.')[0] ?? ''])
}
