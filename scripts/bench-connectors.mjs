// Runs the benchmarks of connectors that are named, or all of them, each in a process of its own so that its memory counts
// alone: how many records a second a full pull reads, and the most memory that it took.
//
//   npm run build && node scripts/bench-connectors.mjs [name …]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('./bench/', import.meta.url)
const [first, ...rest] = process.argv.slice(2)

if (first === '--one') {
  const { run } = await import(new URL(`${rest[0]}.mjs`, folder).href)
  process.stdout.write(`${rest[0]}: ${JSON.stringify(await run())}\n`)
} else {
  const wanted = process.argv.slice(2)
  for (const file of readdirSync(folder).filter((name) => !name.endsWith('-vendor.mjs'))) {
    const { name } = await import(new URL(file, folder).href)
    if (name === undefined || (wanted.length > 0 && !wanted.includes(name))) continue
    const child = fork(fileURLToPath(import.meta.url), ['--one', file.replace(/\.mjs$/, '')])
    const [code] = await once(child, 'close')
    if (code !== 0) process.exitCode = 1
  }
}
