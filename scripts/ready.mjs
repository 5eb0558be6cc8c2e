// Prints how long `heysync run` takes until it is ready, on a database of many people that a real sync made.
// It needs a build. Not a part of CI: how fast a machine is proves nothing there.
//
//   node scripts/ready.mjs [--people 100000] [--starts 10]
import { parseArgs } from 'node:util'
import { end, run, startSandbox, withFolder, writeFiles } from './bench/service.mjs'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    starts: { type: 'string', default: '10' },
  },
})

await withFolder(async ({ folder, start }) => {
  const sandbox = await startSandbox(start)
  // Nothing comes due while it is measured.
  writeFiles(folder, { sandbox, people: Number(values.people), schedule: '0 0 1 1 *' })
  await run(folder, ['sync'])
  const times = []
  for (let n = 0; n < Number(values.starts); n += 1) {
    const { child, match } = await start(['run'], /"readyMs":(\d+)/)
    times.push(Number(match[1]))
    await end(child)
  }
  times.sort((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)]
  process.stdout.write(`ready after: best ${times[0]} ms, median ${median} ms of ${times.length} starts\n`)
})
