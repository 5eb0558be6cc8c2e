// Reads 200,000 people through the small Singer tap and the small Airbyte source of the tests.
//
//   npm run bench -- connectors/bridge
import { fileURLToPath } from 'node:url'
import { RECORDS, readEverybody } from './reading.mjs'

export const name = 'bridge'

const given = (program) => ({
  command: [
    process.execPath,
    fileURLToPath(new URL(`../../../test/connectors/bridge/${program}`, import.meta.url)),
  ],
  config: { fill: RECORDS, every: 1_000 },
  stream: 'people',
})

export async function run() {
  return {
    singer: await readEverybody('singer', given('tap.mjs')),
    airbyte: await readEverybody('airbyte', given('source.mjs')),
  }
}
