// Runs the benchmarks of connectors that are named, or all of them, each in a process of its own so that its memory counts
// alone: how many records a second a full pull of 200,000 reads, and the most memory that it took.
//
//   npm run bench [-- name …]                       BENCH_RECORDS=10000 beforehand for a quick look
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('./bench/', import.meta.url)
const given = process.argv.slice(2)

/** A module of a connector exports its `name` and `run()`; the others are what these share. */
async function benches() {
  const modules = await Promise.all(
    readdirSync(folder)
      .filter((file) => !file.endsWith('-vendor.mjs'))
      .map(async (file) => ({ file, name: (await import(new URL(file, folder).href)).name })),
  )
  return modules.filter(({ name }) => name !== undefined && (given.length === 0 || given.includes(name)))
}

/** One line for each way of reading: a bench tells of one, or of several by name. */
function lines(name, result) {
  if (result.records !== undefined) return [line(name, result)]
  return Object.entries(result).map(([way, one]) => line(`${name}, ${way}`, one))
}

function line(name, { records, recordsPerSecond, peakRssMb }) {
  const number = (value) => value.toLocaleString('en-US')
  return `${name.padEnd(24)}${number(records).padStart(9)}${number(recordsPerSecond).padStart(12)}${String(peakRssMb).padStart(10)}`
}

if (given[0] === '--one') {
  const { name, run } = await import(new URL(given[1], folder).href)
  process.stdout.write(`${lines(name, await run()).join('\n')}\n`)
} else {
  process.stdout.write(
    `${'connector'.padEnd(24)}${'records'.padStart(9)}${'a second'.padStart(12)}${'peak MB'.padStart(10)}\n`,
  )
  for (const { file } of await benches()) {
    const child = fork(fileURLToPath(import.meta.url), ['--one', file])
    const [code] = await once(child, 'close')
    if (code !== 0) process.exitCode = 1
  }
}
