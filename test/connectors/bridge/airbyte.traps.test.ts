// What sources do beside what they should.
import { expect, test } from 'vitest'
import { airbyteConnector } from '../../../connectors/bridge/airbyte.ts'
import { bridge, failureOf } from './harness.ts'
import { commandOf, SECRET } from './world.ts'

const open = () => bridge(airbyteConnector, 'source.mjs')
const line = (type: string, payload: object) => JSON.stringify({ type, ...payload })
const record = (id: number, more: object = {}, stream = 'people') =>
  line('RECORD', { record: { stream, data: { id }, emitted_at: 1, ...more } })
const state = (of: object, more: object = {}) => line('STATE', { state: of, ...more })
const streamState = (at: string, more: object = {}) =>
  state({ type: 'STREAM', stream: { stream_descriptor: { name: 'people' }, stream_state: { at } }, ...more })
const trace = (of: object) => line('TRACE', { trace: of })
const status = (text: string) =>
  trace({ type: 'STREAM_STATUS', stream_status: { stream_descriptor: { name: 'people' }, status: text } })
const stateOf = (token: string | undefined) => JSON.parse(JSON.parse(token ?? '{}').state)

test('exit code 0 is not success: an error, an unfinished stream and a wrong count are failures', async () => {
  const { pull } = await open()
  const fails = (...lines: string[]) => failureOf(pull({ act: { lines: [record(1), ...lines] } }))
  expect(await fails(trace({ type: 'ERROR', error: { message: 'bad key {key}' } }))).toMatch(/bad key •••/)
  expect(await fails(status('RUNNING'), status('INCOMPLETE'))).toMatch(/left the stream people INCOMPLETE/)
  expect(await fails(status('STARTED'))).toMatch(/left the stream people STARTED/)
  expect(await fails(streamState('x', { sourceStats: { recordCount: 2.0 } }))).toMatch(/sent 2 .* 1 came/)
  expect(await fails(state({ data: {} }, { sourceStatus: { status: 'ERRORED' } }))).toMatch(/run failed/)
  expect(await fails(state({ data: {}, sourceStatus: { status: 'ERRORED' } }))).toMatch(/run failed/)
})

test('a config that is refused with exit code 0 is an error, without the secret', async () => {
  const { context } = await open()
  const options = airbyteConnector.options.parse({
    command: commandOf('source.mjs'),
    config: { api_key: SECRET, refused: true },
    stream: 'people',
  })
  expect(await failureOf(airbyteConnector.discover(options, context))).toMatch(
    /cannot connect: no such key: •••/,
  )
})

test('each kind of state is kept in the shape that it is given back in', async () => {
  const { pull } = await open()
  const kept = async (...lines: string[]) => stateOf((await pull({ act: { lines } })).end?.token)
  const stream = { stream_descriptor: { name: 'people' }, stream_state: { at: 'b' } }
  const told = { sourceStats: { recordCount: 0 }, extra: { of: 'theirs' } }
  expect(await kept(streamState('a'), streamState('b', told))).toEqual([{ type: 'STREAM', stream, ...told }])
  const global = { type: 'GLOBAL', global: { shared_state: { lsn: 1 }, stream_states: [] } }
  expect(await kept(state(global))).toEqual([global])
  const data = { format: 'base64/gzip', data: 'H4sI' }
  expect(await kept(state({ data: { old: 1 } }), state({ data }))).toEqual(data)
})

test('fields that the source could not hand on are not blank: the record is bad, and known', async () => {
  const { pull } = await open()
  const lost = (field: string) => ({ meta: { changes: [{ field, change: 'NULLED' }] } })
  const { records, bad } = await pull({
    act: { lines: [record(1, lost('phone')), record(2), record(3, lost('id'))] },
  })
  expect(records.map(({ id }) => id)).toEqual(['2'])
  expect(bad).toMatchObject([
    { id: '1', code: 'ROW_MALFORMED', message: expect.stringContaining('phone') },
    { id: null, code: 'ROW_MALFORMED' },
  ])
})

test('a record of which a field was cut off hands on its other fields', async () => {
  const { pull } = await open()
  const data = { id: 1, phone: '15102000001', sms_opt_out: true, notes: 'Once upon' }
  const meta = { changes: [{ field: 'notes', change: 'TRUNCATED' }] }
  const gone = { id: 2, notes: 'Once upon', _ab_cdc_deleted_at: '2030-01-01T00:00:00Z' }
  const lines = [record(1, { data, meta }), record(2, { data: gone, meta })]
  const { records, bad } = await pull({ act: { lines } })
  const { notes, ...kept } = data
  expect(bad).toMatchObject([{ id: '1', record: { id: '1', fields: kept } }])
  expect(bad[0]?.record?.fields).not.toHaveProperty('notes')
  expect(records).toMatchObject([{ id: '2', deleted: true }])
})

test('records of other streams and namespaces are passed over, and unknown messages too', async () => {
  const { pull } = await open()
  const lines = [
    record(1, {}, 'deals'),
    record(2, { namespace: 'other' }),
    line('NEWS', {}),
    'Hello.',
    record(3),
  ]
  const { records, end } = await pull({ mode: 'full_refresh', act: { lines } })
  expect(records.map(({ id }) => id)).toEqual(['3'])
  expect(end?.covers).toBe('everything')
})

test('no namespace, null and an empty one are the same, in the catalog and in records', async () => {
  const { pull } = await open()
  const ids = async (config: object, ...lines: string[]) =>
    (await pull({ ...config, act: { lines } })).records.map(({ id }) => id)
  expect(await ids({}, record(1, { namespace: '' }))).toEqual(['1'])
  expect(await ids({ catalog_namespace: '' }, record(1), record(2, { namespace: null }))).toEqual(['1', '2'])
  const stream_descriptor = { name: 'people', namespace: '' }
  const left = trace({ type: 'STREAM_STATUS', stream_status: { stream_descriptor, status: 'INCOMPLETE' } })
  expect(await failureOf(ids({}, record(1), left))).toMatch(/INCOMPLETE/)
})

test('a run whose records are all of other streams has failed, and one without records has not', async () => {
  const { pull } = await open()
  const lines = [record(1, { namespace: 'crm' }), record(2, {}, 'deals')]
  expect(await failureOf(pull({ act: { lines } }))).toMatch(/other streams only: crm\.people, deals/)
  expect((await pull({ act: { lines: [] } })).records).toEqual([])
})

test('a config that the source tells is kept at once, to the last digit', async () => {
  const { pull, kept } = await open()
  const control =
    '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","connectorConfig":{"config":{"n":12345678901234567}}}}'
  await failureOf(pull({ act: { lines: [control], exit: 1 } }))
  expect([...kept.values()].join()).toContain('12345678901234567')
})

test('a run is given the config that the source told while its catalog was asked for', async () => {
  const { pull } = await open()
  const { records } = await pull({
    next_key: 'key-2',
    act: { lines: [record(1, { data: { id: '{key}' } })] },
  })
  expect(records.map(({ id }) => id)).toEqual(['key-2'])
})

test('the state of a run that failed is not kept, and a record keeps its 17 digits', async () => {
  const { pull } = await open()
  const long = record(1).replace('"id":1', '"id":12345678901234567')
  expect((await pull({ act: { lines: [long] } })).records[0]?.id).toBe('12345678901234567')
  const act = { lines: [long, streamState('x')], exit: 1 }
  expect(await failureOf(pull({ act }))).toMatch(/ended with code 1/)
})
