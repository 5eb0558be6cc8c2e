// How fast connectors read, and how much memory they take, each from a fake of its source. It needs a build first.
//
//   npm run build && node scripts/bench-connectors.mjs [name …]     all of them unless some are named
import * as rest from './bench/rest.mjs'

const benches = [rest]
const wanted = process.argv.slice(2)

for (const { name, run } of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { records, recordsPerSecond, peakRssMb } = await run()
  process.stdout.write(
    `${name}: ${records.toLocaleString('en-US')} records, ${recordsPerSecond.toLocaleString('en-US')} a second, ${peakRssMb} MB at most\n`,
  )
}
