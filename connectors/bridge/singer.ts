// The singer connector: people out of any Singer tap, which runs as a program beside heysync.
import { type Capabilities, ConnectorError, defineConnector } from 'heysync/connector'
import { fieldsOf } from './fields.ts'
import { inRoom, type Room } from './room.ts'
import { type SingerOptions, singerOptions } from './singer-options.ts'
import { parsePosition, parseToken } from './standing.ts'
import { type Begin, findStream, readTap } from './tap.ts'

const SAMPLE_RECORDS = 20

const capabilities: Capabilities = {
  incremental: 'token',
  deletes: true,
  merges: false,
  consent: false,
  resumable: false,
}

export const singerConnector = defineConnector({
  kind: 'singer',
  summary: 'People out of any Singer tap, run as a program.',
  options: singerOptions,
  capabilities,
  // A whole table that is read in parts proves nobody absent, so only who says INCREMENTAL goes on in the middle.
  capabilitiesWith: ({ replicationMethod }) => ({
    ...capabilities,
    resumable: replicationMethod === 'INCREMENTAL',
  }),
  fixedFields: false,
  discover: async (options, context) => {
    const look = (room: Room) => lookAround(room, options)
    for await (const found of inRoom('singer', options, context, look)) return found
    throw new Error('A look that ends has found something.')
  },
  pull: (options, { mode, token, resumeAfter }, context) =>
    inRoom('singer', options, context, async function* (room) {
      const selection = await findStream(room, options)
      const known = mode === 'incremental' ? parseToken(token) : null
      if (known !== null && known.method !== selection.method)
        throw new ConnectorError('cursor-expired', {
          message: `The tap now reads the stream by ${selection.method}, and its state is of ${known.method}.`,
        })
      const start: Begin =
        resumeAfter === null ? { page: 0, state: known?.state ?? null } : parsePosition(resumeAfter)
      // With a state a tap may show less than the whole table.
      const begin = selection.method === 'FULL_TABLE' ? { ...start, state: null } : start
      yield* readTap(room, options, selection, begin)
    }),
})

async function* lookAround(room: Room, options: SingerOptions) {
  const selection = await findStream(room, options)
  const few = { ...options, pageSize: SAMPLE_RECORDS }
  for await (const { records } of readTap(room, few, selection, { page: 0, state: null })) {
    yield fieldsOf(selection.schema, options.selectFields, records)
    return
  }
}
