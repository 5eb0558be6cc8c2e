// A small Singer tap, written to the Singer specification: the stream `people`, by time or as a whole table.
import { writeFileSync } from 'node:fs'
import { argument, byTime, isAfter, peopleOf, perform, readJson, say, schema } from './people.mjs'

const config = readJson(argument('config'))
const { every = 4, method = 'INCREMENTAL' } = config
const incremental = method === 'INCREMENTAL'

/** A database shows tables of one name under an id for each schema. */
const tables = (config.schemas ?? ['']).flatMap((of) =>
  ['people', 'deals'].map((name) => ({ name, id: of === '' ? name : `${of}-${name}` })),
)
const catalog = {
  streams: tables.map(({ name, id }) => ({
    stream: name,
    tap_stream_id: id,
    schema,
    metadata: [
      {
        breadcrumb: [],
        metadata: {
          'table-key-properties': ['id'],
          ...(incremental ? { 'valid-replication-keys': ['updated_at'] } : {}),
        },
      },
      { breadcrumb: ['properties', 'id'], metadata: { inclusion: 'automatic' } },
      { breadcrumb: ['properties', 'phone'], metadata: { inclusion: 'available' } },
    ],
  })),
}

async function sync() {
  const chosen = readJson(argument('catalog')).streams.filter(({ metadata }) =>
    metadata.some((one) => one.breadcrumb.length === 0 && one.metadata.selected === true),
  )
  process.stderr.write(`INFO signed in with ${config.api_key}\n`)
  for (const { stream } of chosen) {
    if (incremental) await say({ type: 'STATE', value: { currently_syncing: stream } })
    await say({
      type: 'SCHEMA',
      stream,
      schema,
      key_properties: ['id'],
      ...(incremental ? { bookmark_properties: ['updated_at'] } : {}),
    })
    await (incremental ? news(stream) : whole(stream))
  }
}

async function news(stream) {
  const path = argument('state')
  let mark = path === undefined ? undefined : readJson(path).bookmarks?.[stream]
  const found = [...peopleOf(config)].filter((one) => isAfter(one, mark)).sort(byTime)
  const tell = (bookmark) => say({ type: 'STATE', value: { bookmarks: { [stream]: bookmark } } })
  for (const [at, { gone_at, ...record }] of found.entries()) {
    await say({ type: 'RECORD', stream, record: { ...record, _sdc_deleted_at: gone_at } })
    mark = { updated_at: record.updated_at, id: record.id }
    if ((at + 1) % every === 0) await tell(mark)
  }
  // The next run begins with this instant again: more may have happened in it.
  if (mark !== undefined) await tell({ updated_at: mark.updated_at })
}

async function whole(stream) {
  for (const { gone_at, ...record } of peopleOf(config))
    if (gone_at === null) await say({ type: 'RECORD', stream, record })
}

if (process.argv.includes('--discover')) process.stdout.write(JSON.stringify(catalog, null, 2))
else if (config.act === undefined) await sync()
else await perform(config.act, (text) => writeFileSync(argument('config'), text))
