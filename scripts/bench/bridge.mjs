// Reads 200,000 people through the small Singer tap and the small Airbyte source of the tests.
//
//   npm run build && node scripts/bench-connectors.mjs bridge
import { fileURLToPath } from 'node:url'
import { readAll } from './reading.mjs'

export const name = 'bridge'

const ROWS = 200_000

const given = (program) => ({
  command: [
    process.execPath,
    fileURLToPath(new URL(`../../test/connectors/bridge/${program}`, import.meta.url)),
  ],
  config: { fill: ROWS, every: 1_000 },
  stream: 'people',
})

export async function run() {
  const { airbyteConnector } = await import('../../dist/connectors/bridge/airbyte.js')
  const { singerConnector } = await import('../../dist/connectors/bridge/singer.js')
  return {
    singer: await readAll(singerConnector, given('tap.mjs')),
    airbyte: await readAll(airbyteConnector, given('source.mjs')),
  }
}
