// Speed and memory of connectors: node scripts/bench-connectors.mjs [name…]. It needs a build first.
import * as sql from './bench/sql.mjs'

const benches = [sql]

const wanted = process.argv.slice(2)
for (const { name, run } of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const figures of await run())
    process.stdout.write(`${JSON.stringify({ connector: name, ...figures })}\n`)
}
