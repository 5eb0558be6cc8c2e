// A small Airbyte source, written to the Airbyte protocol: the stream `people`, with state per stream and a status.
import { argument, byTime, isAfter, peopleOf, perform, readJson, say, schema } from './people.mjs'

const [command] = process.argv.slice(2)
const config = command === 'spec' ? {} : readJson(argument('config'))
const { every = 4, mode = 'incremental' } = config
const people = { name: 'people', namespace: null }

const commands = {
  spec: () =>
    say({
      type: 'SPEC',
      spec: { connectionSpecification: { properties: { api_key: { airbyte_secret: true } } } },
    }),
  check: () => {
    const connectionStatus = config.refused
      ? { status: 'FAILED', message: `no such key: ${config.api_key}` }
      : { status: 'SUCCEEDED' }
    return say({ type: 'CONNECTION_STATUS', connectionStatus })
  },
  discover: async () => {
    // Each key is taken once: whoever looks something up has the next one from then on.
    if (config.next_key !== undefined) await tellConfig({ ...config, api_key: config.next_key })
    const modes = mode === 'incremental' ? ['full_refresh', 'incremental'] : ['full_refresh']
    const stream = {
      name: 'people',
      json_schema: schema,
      supported_sync_modes: modes,
      source_defined_primary_key: [['id']],
      ...(config.catalog_namespace === undefined ? {} : { namespace: config.catalog_namespace }),
      ...(mode === 'incremental' ? { default_cursor_field: ['updated_at'] } : {}),
    }
    const other = { ...stream, name: 'deals' }
    return say({ type: 'CATALOG', catalog: { streams: [other, stream] } })
  },
  read,
}

async function read() {
  await say({ type: 'LOG', log: { level: 'INFO', message: `signed in with ${config.api_key}` } })
  const [chosen] = readJson(argument('catalog')).streams
  for (const key of ['stream', 'sync_mode', 'destination_sync_mode'])
    if (chosen[key] === undefined) throw new Error(`the catalog lacks ${key}`)
  await tellStatus('STARTED')
  const incremental = chosen.sync_mode === 'incremental'
  const state = argument('state') === undefined ? [] : readJson(argument('state'))
  let mark = state.find(({ stream }) => stream.stream_descriptor.name === 'people')?.stream.stream_state
  let since = 0
  const tellState = async (stream_state) => {
    const stream = { stream_descriptor: people, stream_state }
    await say({ type: 'STATE', state: { type: 'STREAM', stream, sourceStats: { recordCount: since } } })
    since = 0
  }
  const all = incremental
    ? [...peopleOf(config)].filter((one) => isAfter(one, mark)).sort(byTime)
    : peopleOf(config)
  for (const { gone_at, ...row } of all) {
    if (!incremental && gone_at !== null) continue
    const data = incremental ? { ...row, _ab_cdc_deleted_at: gone_at } : row
    await say({ type: 'RECORD', record: { stream: 'people', data, emitted_at: 1_700_000_000_000 } })
    since += 1
    mark = { updated_at: row.updated_at, id: row.id }
    if (incremental && since === every) await tellState(mark)
  }
  // The next run begins with this instant again: more may have happened in it.
  if (incremental && mark !== undefined) await tellState({ updated_at: mark.updated_at })
  await tellStatus('COMPLETE')
}

function tellConfig(next) {
  const control = { type: 'CONNECTOR_CONFIG', connectorConfig: { config: next } }
  return say({ type: 'CONTROL', control })
}

function tellStatus(status) {
  const stream_status = { stream_descriptor: people, status }
  return say({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 0, stream_status } })
}

if (command === 'read' && config.act !== undefined) await perform(config.act, () => {})
else await commands[command]()
