// What taps do beside what they should.
import { expect, test } from 'vitest'
import { singerConnector } from '../../../connectors/bridge/singer.ts'
import { bridge, failureOf } from './harness.ts'
import { SECRET } from './world.ts'

const open = (signal?: AbortSignal) => bridge(singerConnector, 'tap.mjs', signal)
const SCHEMA = '{"type":"SCHEMA","stream":"people","schema":{},"key_properties":["id"]}'
const record = (id: string, more = '') => `{"type":"record","stream":"people","record":{"id":${id}${more}}}`
const FULL = { method: 'FULL_TABLE' }

test('a tap that leaves in the middle has failed, whatever it sent before', async () => {
  const { pull } = await open()
  const act = { lines: [SCHEMA, record('1')], cries: 1, exit: 1 }
  const failure = await failureOf(pull({ ...FULL, act }))
  expect(failure).toMatch(/ended with code 1.*no such key: •••/s)
})

test('a tap that ends well and never speaks of the stream has failed', async () => {
  const { pull } = await open()
  const other = '{"type":"SCHEMA","stream":"deals","schema":{},"key_properties":["id"]}'
  expect(await failureOf(pull({ ...FULL, act: { lines: [other] } }))).toMatch(/never spoke of.*catalogFlag/)
})

test('a record before its schema, records in files, and half a message are failures', async () => {
  const { pull } = await open()
  const fails = (...lines: string[]) => failureOf(pull({ ...FULL, act: { lines } }))
  expect(await fails(record('1'), SCHEMA)).toMatch(/before its SCHEMA/)
  expect(await fails(SCHEMA, '{"type":"BATCH","stream":"people","manifest":[]}')).toMatch(/BATCH/)
  expect(await fails(SCHEMA, record('1').slice(0, 40))).toMatch(/no JSON/)
})

test('a tap that hangs is stopped, even when it does not listen to the request to end', async () => {
  const { pull } = await open()
  const act = { lines: [SCHEMA], hang: true, deaf: true }
  const limits = { idleSeconds: 3, graceSeconds: 0.1 }
  expect(await failureOf(pull({ ...FULL, act }, limits))).toMatch(/said nothing for 3 seconds/)
})

test('a flood on standard error is swallowed, and shows no secret', async () => {
  const { pull, logged } = await open()
  const failure = await failureOf(pull({ ...FULL, act: { lines: [SCHEMA], cries: 2_000, exit: 3 } }))
  expect(failure).toMatch(/ended with code 3/)
  expect(failure.length).toBeLessThan(1_000)
  expect(failure + logged.join()).not.toContain(SECRET.slice(0, 8))
})

test('lines that are no messages are counted, borne up to the limit, and unknown messages are passed over', async () => {
  const { pull, logged } = await open()
  const lines = ['Loading…', '[1]', '', SCHEMA, '{"type":"METRIC"}', record('1'), "{'type': 'debug'}"]
  const { records } = await pull({ ...FULL, act: { lines } }, { noiseLimit: 3 })
  expect(records).toHaveLength(1)
  expect(logged.join()).toMatch(/3 lines .* no messages/)
  expect(await failureOf(pull({ ...FULL, act: { lines } }, { noiseLimit: 2 }))).toMatch(/More than 2 lines/)
})

test('ids and numbers keep every digit, and what is no number keeps its name', async () => {
  const { pull } = await open()
  const lines = [
    SCHEMA,
    record('123456789012'),
    record('12345678901234567', ',"phone":15102000001234567890'),
    record('3', ',"score":NaN,"note":"NaN is \\"NaN\\"","least":-Infinity'),
    '{"type":"STATE","value":{"last":12345678901234567,"rate":1.10}}',
  ]
  const { records, end } = await pull({ ...FULL, act: { lines } })
  expect(records.map(({ id }) => id)).toEqual(['123456789012', '12345678901234567', '3'])
  expect(records[1]?.fields.phone).toBe('15102000001234567890')
  expect(records[2]?.fields).toEqual({ id: 3, score: 'NaN', note: 'NaN is "NaN"', least: '-Infinity' })
  expect(end?.token).toContain('{\\"last\\":12345678901234567,\\"rate\\":1.10}')
})

test('a config that the tap rewrote is kept also when it fails, until the operator writes another', async () => {
  const { pull, kept } = await open()
  const rewrite = JSON.stringify({
    ...FULL,
    act: { lines: [SCHEMA, record('7')] },
    refresh_token: 'rotated-2',
  })
  const first = { ...FULL, act: { rewrite, exit: 1 } }
  await failureOf(pull(first))
  expect([...kept.values()].join()).toContain('rotated-2')
  expect((await pull(first)).records.map(({ id }) => id)).toEqual(['7'])
  const other = { ...FULL, act: { lines: [SCHEMA, record('8')] } }
  expect((await pull(other)).records.map(({ id }) => id)).toEqual(['8'])
})

test('only a whole table of the active version proves who left', async () => {
  const { pull } = await open()
  const active = '{"type":"ACTIVATE_VERSION","stream":"people","version":2}'
  const versioned = (version: number) =>
    `{"type":"RECORD","stream":"people","version":${version},"record":{"id":${version}}}`
  const covers = async (method: string, ...lines: string[]) =>
    (await pull({ method, act: { lines: [SCHEMA, ...lines] } })).end?.covers
  expect(await covers('FULL_TABLE', active, versioned(2))).toBe('everything')
  expect(await covers('FULL_TABLE', versioned(1), active, versioned(2))).toBe('changes')
  expect(await covers('INCREMENTAL', active, versioned(2))).toBe('changes')
  expect(await covers('FULL_TABLE', SCHEMA.replace('}', '},"bookmark_properties":["at"]'))).toBe('changes')
})

test('a schema that comes again replaces the key; a record without its id is bad', async () => {
  const { pull } = await open()
  const again = SCHEMA.replace('["id"]', '["id","part"]')
  const lines = [SCHEMA, record('1'), again, record('1', ',"part":"a|b"'), record('null')]
  const { records, bad } = await pull({ ...FULL, act: { lines } })
  expect(records.map(({ id }) => id)).toEqual(['1', '1|a\\|b'])
  expect(bad).toMatchObject([{ id: null, code: 'ID_MISSING', place: 'people:3' }])
})

test('a tap that is not there, and a stream that it does not have, are said with a way out', async () => {
  const { pull } = await open()
  expect(await failureOf(pull({}, { command: ['./no-such-tap'] }))).toMatch(/could not be started.*installed/)
  expect(await failureOf(pull({}, { stream: 'persons' }))).toMatch(/no stream "persons".*people, deals/)
})

test('of two streams of one name the one that is meant is named by its id', async () => {
  const { pull } = await open()
  const both = { schemas: ['one', 'two'] }
  const failure = await failureOf(pull({ ...FULL, ...both }))
  expect(failure).toMatch(/several streams "people".*one-people, two-people/)
  const { records } = await pull(
    { ...FULL, ...both, act: { lines: [SCHEMA, record('1')] } },
    { stream: 'two-people' },
  )
  expect(records.map(({ id }) => id)).toEqual(['1'])
})

test('it gets no variable of heysync that was not named', async () => {
  process.env.HEYSYNC_TEST_SECRET = 'not-for-taps'
  const { pull } = await open()
  const show = ['-e', 'console.error(`got ${process.env.HEYSYNC_TEST_SECRET}`); process.exitCode = 9', '--']
  const command = [process.execPath, ...show]
  expect(await failureOf(pull({}, { command }))).toContain('got undefined')
  const named = await failureOf(pull({}, { command, env: ['HEYSYNC_TEST_SECRET'] }))
  expect(named).toContain('got •••')
  delete process.env.HEYSYNC_TEST_SECRET
})
