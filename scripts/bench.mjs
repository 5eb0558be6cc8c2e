// Measures heysync on this machine, everything on loopback, each figure beside the same work by plain libraries in the same
// minute. Prints a table and writes .cache/bench.json (or BENCH_KEPT); with --publish it adds to docs/performance.json and draws
// docs/performance.md and its plots from it.
//
//   npm run bench                          all cases with 10 thousand, 100 thousand and 1 million records
//   npm run bench -- pass phones           these cases; `connectors/hubspot` is one way of a case
//   BENCH_RECORDS=10000,100000 npm run bench            other numbers of records; BENCH_ROUNDS=1 for a quick look
//   BENCH_STAGES=/tmp/stages npm run bench              keeps what cases begin with there, and takes it from there the next time
//   npm run bench -- --publish             measure, keep, draw
//   npm run bench -- --draw                draw anew what was kept; with --check only say whether that was done
//   npm run bench -- --list                name the cases
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { draw } from './bench/draw.mjs'
import { machine, withResults } from './bench/kept.mjs'
import { printed } from './bench/print.mjs'
import { allCases, measure, openWorkshop } from './bench/run.mjs'

const PUBLISHED = new URL('../docs/performance.json', import.meta.url)
const LATEST = process.env.BENCH_KEPT ?? new URL('../.cache/bench.json', import.meta.url)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    publish: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const asked = process.env.BENCH_RECORDS !== undefined
const sizes = (process.env.BENCH_RECORDS ?? '10000,100000,1000000').split(',').map(Number)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const say = (text) => process.stderr.write(`${text}\n`)

/** Which cases, each with the names of its ways that are meant; none: all of them. */
function chosen(cases) {
  if (positionals.length === 0) return cases.map((bench) => ({ bench, only: [] }))
  return positionals.map((text) => {
    const [name, ...way] = text.split('/')
    const bench = cases.find((one) => one.name === name)
    if (bench === undefined)
      throw new Error(`There is no case "${name}". The cases are: ${cases.map((one) => one.name).join(', ')}`)
    return { bench, only: way.length === 0 ? [] : [way.join('/')] }
  })
}

function keep(file, results) {
  const before = readJson(file)
  writeFileSync(file, `${JSON.stringify(withResults(before, machine(), results), null, 2)}\n`)
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

/** Size by size, what is measured and with how many records. A case with a size of its own comes with the first. */
function tasksOf(cases) {
  return sizes.flatMap((size) =>
    chosen(cases).flatMap(({ bench, only }) => {
      const of = bench.sizes?.(sizes, { asked }) ?? sizes
      const own = size === sizes[0] ? of.filter((one) => !sizes.includes(one)) : []
      return [...of.filter((one) => one === size), ...own].map((records) => ({ bench, only, records }))
    }),
  )
}

async function run(cases) {
  const begun = performance.now()
  const load = loadavg()[0]
  const workshop = openWorkshop(process.env.BENCH_STAGES)
  process.once('SIGINT', () => {
    workshop.close()
    process.exit(130)
  })
  const results = []
  const tasks = tasksOf(cases)
  try {
    for (const [at, { bench, only, records }] of tasks.entries()) {
      try {
        const result = await measure(bench, records, { workshop, rounds, only, load, say })
        process.stdout.write(printed(bench, result))
        results.push(result)
        keep(LATEST, results)
        if (values.publish) keep(PUBLISHED, results)
      } catch (error) {
        // The others go on: an hour of figures is not lost for one of them.
        say(`${bench.name}, ${records}: ${error.message}`)
        process.exitCode = 1
      }
      const later = tasks.slice(at + 1)
      if (!later.some((one) => one.bench.stage === bench.stage && one.records === records))
        workshop.drop(bench.stage, records)
    }
  } finally {
    workshop.close()
  }
  say(`${((performance.now() - begun) / 60_000).toFixed(1)} minutes`)
}

/** Writes what differs from what is there; `check`: only names it, and fails. */
function drawAll(cases) {
  const stale = [...draw(readJson(PUBLISHED), cases)].filter(([path, text]) => {
    const file = new URL(`../${path}`, import.meta.url)
    return !existsSync(file) || readFileSync(file, 'utf8') !== text
  })
  for (const [path, text] of stale) {
    say(`${path} ${values.check ? 'is stale. Run: npm run bench -- --draw' : 'is drawn.'}`)
    if (values.check) process.exitCode = 1
    else writeFileSync(new URL(`../${path}`, import.meta.url), text)
  }
}

const cases = await allCases()
if (values.list)
  process.stdout.write(`${cases.map(({ name, about }) => `${name.padEnd(18)}${about}`).join('\n')}\n`)
else {
  mkdirSync(new URL('../.cache/', import.meta.url), { recursive: true })
  const drawn = values.draw || values.check
  if (!drawn) await run(cases)
  if (drawn || values.publish) drawAll(cases)
}
