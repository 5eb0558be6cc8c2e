// The service keeps V8's space for new objects as small as it finds it, and no other command does: it costs them time.
import { expect, test } from 'vitest'
import { house } from './support.ts'

/**
 * Where the first thread would begin, or else at the end, it makes objects of which some live on: that lets the space grow
 * where nothing keeps it small. A thread that begins takes back for a moment what was set for all, so none does.
 */
const PROBE = `
import { syncBuiltinESMExports } from 'node:module'
import { getHeapSpaceStatistics } from 'node:v8'
import threads from 'node:worker_threads'
threads.Worker = function () {
  process.exit()
}
syncBuiltinESMExports()
process.on('exit', () => {
  const kept = []
  for (let n = 0; n < 3_000_000; n += 1) kept[n % 200_000] = { n }
  const { space_size: bytes } = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
  console.log(bytes > 8 * 1024 * 1024 ? 'grew' : 'small')
})
`

test.each([
  ['run', 'small'],
  ['--config heysync.yaml run', 'small'],
  ['--verbose -c heysync.yaml run', 'small'],
  ['connectors list', 'grew'],
  ['--config run connectors list', 'grew'],
])('heysync %s: %s', async (line, space) => {
  const home = await house()
  home.write('probe.mjs', PROBE)
  const { stdout } = await home.shell(`NODE_OPTIONS=--import=./probe.mjs $heysync ${line}`).done
  expect(stdout.trim().split('\n').at(-1)).toBe(space)
})
