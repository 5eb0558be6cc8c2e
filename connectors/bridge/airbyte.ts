// The airbyte connector: people out of any Airbyte source, which runs as a program beside heysync.
import { type Capabilities, ConnectorError, defineConnector } from 'heysync/connector'
import { type AirbyteOptions, airbyteOptions } from './airbyte-options.ts'
import { check, findStream, readSource } from './airbyte-source.ts'
import { fieldsOf } from './fields.ts'
import { inRoom, type Room } from './room.ts'
import { parsePosition, parseToken } from './standing.ts'

const SAMPLE_RECORDS = 20

const capabilities: Capabilities = {
  incremental: 'token',
  deletes: true,
  merges: false,
  consent: false,
  resumable: false,
}

export const airbyteConnector = defineConnector({
  kind: 'airbyte',
  summary: 'People out of any Airbyte source, run as a program.',
  options: airbyteOptions,
  capabilities,
  // A stream that is read whole in parts proves nobody absent, so only who says incremental goes on in the middle.
  capabilitiesWith: ({ syncMode }) => ({ ...capabilities, resumable: syncMode === 'incremental' }),
  fixedFields: false,
  discover: async (options, context) => {
    const look = (room: Room) => lookAround(room, options)
    for await (const found of inRoom('airbyte', options, context, look)) return found
    throw new Error('A look that ends has found something.')
  },
  pull: (options, { mode, token, resumeAfter }, context) =>
    inRoom('airbyte', options, context, async function* (room) {
      const stream = await findStream(room, options)
      const known = mode === 'incremental' ? parseToken(token) : null
      if (known !== null && known.method !== stream.mode)
        throw new ConnectorError('cursor-expired', {
          message: `The source now reads the stream by ${stream.mode}, and its state is of ${known.method}.`,
        })
      const start =
        resumeAfter === null ? { page: 0, state: known?.state ?? null } : parsePosition(resumeAfter)
      // With a state a source may show less than everything.
      yield* readSource(
        room,
        options,
        stream,
        stream.mode === 'full_refresh' ? { ...start, state: null } : start,
      )
    }),
})

async function* lookAround(room: Room, options: AirbyteOptions) {
  await check(room, options)
  const stream = await findStream(room, options)
  const few = { ...options, pageSize: SAMPLE_RECORDS }
  for await (const { records } of readSource(room, few, stream, { page: 0, state: null })) {
    yield fieldsOf(stream.schema, undefined, records)
    return
  }
}
