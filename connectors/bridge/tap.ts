// Owns the talk with a Singer tap: its catalog, its run, and what its messages add up to.
import { type BadRecord, ConnectorError, type Page, type PullEnd, type SourceRecord } from 'heysync/connector'
import { type Selection, select } from './catalog.ts'
import { exactPart, exactText, exactValue, lineReader, type Message } from './lines.ts'
import { idFieldsOf } from './options.ts'
import type { Room } from './room.ts'
import { type RowShape, readRow } from './row.ts'
import type { SingerOptions } from './singer-options.ts'
import { writePosition, writeToken } from './standing.ts'

const MAX_CATALOG_CHARS = 100_000_000

/** Where a run begins. */
export interface Begin {
  readonly page: number
  readonly state: string | null
}

export async function findStream(room: Room, options: SingerOptions): Promise<Selection> {
  let text = ''
  for await (const lines of room.run(['--config', room.config, '--discover'])) {
    // What it says before the document is no part of it.
    const from = text === '' ? lines.findIndex((line) => line.trimStart().startsWith('{')) : 0
    if (from !== -1) text += `${lines.slice(from).join('\n')}\n`
    if (text.length > MAX_CATALOG_CHARS)
      throw new ConnectorError('unreadable', { message: 'The catalog of the tap comes to no end.' })
  }
  const {
    stream,
    selectFields,
    updatedField,
    deletedFields,
    archivedFields,
    replicationMethod,
    replicationKey,
  } = options
  const needed = [...(idFieldsOf(options) ?? []), ...deletedFields, ...archivedFields]
  const more = [updatedField, replicationKey].filter((name) => name !== undefined)
  const fields = selectFields === undefined ? null : [...selectFields, ...needed, ...more]
  return select(catalogOf(text), { stream, fields, method: replicationMethod, replicationKey })
}

function catalogOf(text: string): unknown {
  try {
    return exactValue(text)
  } catch {
    return null
  }
}

/** Pages of one run of the tap. Errors: those of its process, and ConnectorError when its messages break the rules of Singer. */
export async function* readTap(
  room: Room,
  options: SingerOptions,
  selection: Selection,
  begin: Begin,
): AsyncGenerator<Page> {
  const { log } = room.context
  const { method } = selection
  const changes = method === 'FULL_TABLE' ? {} : ({ changes: true } as const)
  const reader = lineReader(options.noiseLimit)
  const heard = listen(options, selection, begin.state)
  let pageNumber = begin.page
  const page = (): Page => {
    room.keepConfig()
    pageNumber += 1
    return { ...heard.take(), ...changes, position: writePosition(pageNumber, heard.state()) }
  }
  for await (const lines of room.run(await argumentsOf(room, options, selection, begin.state))) {
    for (const line of lines) {
      const message = reader.read(line)
      if (message !== null) heard.hear(message, line)
      if (heard.waiting() >= options.pageSize) yield page()
    }
  }
  if (reader.noise() > 0) log.warn(`${reader.noise()} lines of the tap's output were no messages.`)
  const end = heard.end()
  if (end.covers === 'changes' && method === 'FULL_TABLE')
    log.warn('the tap did not prove that it showed everybody, so nobody is taken for gone.')
  yield { ...page(), end }
}

async function argumentsOf(room: Room, options: SingerOptions, selection: Selection, state: string | null) {
  const catalog = await room.write('catalog.json', exactText(selection.document))
  const flags = options.catalogFlag === 'both' ? ['catalog', 'properties'] : [options.catalogFlag]
  const args = ['--config', room.config, ...flags.flatMap((flag) => [`--${flag}`, catalog])]
  return state === null ? args : [...args, '--state', await room.write('state.json', state)]
}

/** What was heard so far. */
function listen(options: SingerOptions, { names, method, replicationKey }: Selection, given: string | null) {
  let records: SourceRecord[] = []
  let bad: BadRecord[] = []
  let state = given
  let shape: RowShape | null = null
  let count = 0
  let bookmarked = false
  let active: unknown
  /** Versions of the table that records came with. */
  const versions = new Set<unknown>()

  const readSchema = ({ key_properties, bookmark_properties }: Message) => {
    const keys = Array.isArray(key_properties) ? key_properties.map(String) : []
    const idFields = idFieldsOf(options) ?? keys
    if (idFields.length === 0)
      throw new ConnectorError('field', {
        message: `The stream ${options.stream} names no key.`,
        hint: 'Set idField to the field that holds an id that never changes.',
      })
    bookmarked = Array.isArray(bookmark_properties) && bookmark_properties.length > 0
    const { deletedFields, archivedFields, updatedField = replicationKey } = options
    shape = { idFields, updatedField, deletedFields, archivedFields }
  }
  const readRecord = ({ record, version }: Message) => {
    if (shape === null)
      throw new ConnectorError('failed', {
        message: `The tap sent a record of ${options.stream} before its SCHEMA.`,
      })
    count += 1
    if (version !== undefined && version !== null) versions.add(version)
    const row = readRow(record, `${options.stream}:${count}`, shape)
    if ('code' in row) bad.push(row)
    else records.push(row)
  }

  return {
    state: () => state,
    waiting: () => records.length + bad.length,
    take: () => {
      const taken = { records, ...(bad.length > 0 ? { bad } : {}) }
      records = []
      bad = []
      return taken
    },
    hear: (message: Message, line: string) => {
      const type = message.type.toUpperCase()
      // Whatever came before it is on this page or an earlier one, and the state is only kept together with them.
      if (type === 'STATE') state = exactText(exactPart(line, 'value'))
      if (!names.has(String(message.stream))) return
      if (type === 'SCHEMA') readSchema(message)
      if (type === 'RECORD') readRecord(message)
      if (type === 'ACTIVATE_VERSION') active = message.version
      if (type === 'BATCH')
        throw new ConnectorError('failed', {
          message: 'The tap sends records in files (BATCH), which heysync does not read.',
          hint: 'Take batch_config out of its config.',
        })
    },
    end: (): PullEnd => {
      if (shape === null)
        throw new ConnectorError('failed', {
          message: `The tap ended well and never spoke of the stream ${options.stream}.`,
          hint: 'It may not have understood the selection. Try another catalogFlag: properties is for older taps.',
        })
      // A tap that goes by time though nobody told it to may leave out who is older than its start date.
      const whole = method === 'FULL_TABLE' && (!bookmarked || options.replicationMethod === 'FULL_TABLE')
      const isActive = active === undefined || [...versions].every((version) => version === active)
      return {
        covers: whole && isActive ? 'everything' : 'changes',
        count: null,
        token: writeToken(method, state),
      }
    },
  }
}
