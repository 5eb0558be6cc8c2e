// How fast connectors read 200,000 records from a vendor on loopback, and with how much memory.
//
//   npm run build && node scripts/bench-connectors.mjs [name …]        all of them unless some are named
import * as hubspot from './bench/hubspot.mjs'
import * as pipedrive from './bench/pipedrive.mjs'

const benches = [hubspot, pipedrive]
const wanted = process.argv.slice(2)

for (const { name, run } of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { records, recordsPerSecond, peakRssMb } = await run()
  process.stdout.write(`${name}: ${records} records, ${recordsPerSecond} a second, ${peakRssMb} MB at most\n`)
}
