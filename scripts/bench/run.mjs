// Goes through a case: its ways by turns, each time in a new process, so that what they are compared with ran in the same
// minute. Figures of the rounds become their median and their spread.
import { fork } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url))

/** Every case, in the order of its number; see cases/pass.mjs for what one is. */
export async function allCases() {
  const folder = new URL('./cases/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'))
  const cases = await Promise.all(
    files.map(async (name) => ({ file: `./cases/${name}`, ...(await import(new URL(name, folder).href)) })),
  )
  return cases.sort((a, b) => a.place - b.place)
}

/** Stages are made when the first case needs them. `kept`: a folder where they stay, and where those of an earlier run are. */
export function openWorkshop(kept) {
  const root = kept ?? mkdtempSync(join(tmpdir(), 'heysync-bench-'))
  mkdirSync(root, { recursive: true })
  // A PostgreSQL that root starts is another user's, who has to come in.
  chmodSync(root, 0o755)
  const drop = (path) => kept ?? rmSync(path, { recursive: true, force: true })
  return {
    async stage(name, records) {
      const folder = join(root, `${name}-${records}`)
      if (existsSync(folder)) return folder
      const half = `${folder}-half`
      rmSync(half, { recursive: true, force: true })
      mkdirSync(half)
      await inChild({ stage: name, folder: half, records })
      renameSync(half, folder)
      return folder
    },
    /** What nobody needs any more makes room: a million records take gigabytes. */
    drop: (name, records) => drop(join(root, `${name}-${records}`)),
    close: () => drop(root),
  }
}

/** `only`: the names of some ways; `load`: that of the machine before anything was measured, which is not of our making. */
export async function measure(bench, records, { workshop, rounds, only, load, say }) {
  const { file, stage } = bench
  const folder = stage === undefined ? undefined : await workshop.stage(stage, records)
  const ways = Object.keys(bench.ways).filter((way) => only.length === 0 || only.includes(way))
  const seen = new Map(ways.map((way) => [way, []]))
  for (let round = 0; round < (bench.rounds ?? rounds); round += 1)
    for (const way of ways) {
      say(`${bench.name}, ${records.toLocaleString('en-US')}: ${way} (${round + 1})`)
      seen.get(way).push(await inChild({ file, way, folder, records }))
    }
  return {
    case: bench.name,
    records,
    at: new Date().toISOString(),
    load: round(load),
    ways: Object.fromEntries([...seen].flatMap(([way, figures]) => summarised(way, figures))),
    ratios: ratiosOf(bench, seen),
  }
}

/** What a way says once or, as several readings by name, more than once. */
function summarised(way, rounds) {
  const readings = Object.keys(rounds[0]).filter((key) => typeof rounds[0][key] === 'object')
  const own = [way, summaries(rounds)]
  // A way may have nothing to say of so many records.
  if (Object.keys(rounds[0]).length === 0) return []
  const parts = readings.map((reading) => [
    `${way}, ${reading}`,
    summaries(rounds.map((one) => one[reading])),
  ])
  return readings.length === 0 ? [own] : parts
}

function summaries(rounds) {
  const names = Object.keys(rounds[0]).filter((key) => typeof rounds[0][key] === 'number')
  return Object.fromEntries(names.map((name) => [name, summary(rounds.map((one) => one[name]))]))
}

/** The first way against each of the others, round by round. */
function ratiosOf({ compare = [] }, seen) {
  const [[, first] = [], ...others] = seen
  return Object.fromEntries(
    others.map(([way, figures]) => [
      way,
      Object.fromEntries(
        compare
          .filter((name) => first[0][name] !== undefined && figures[0][name] !== undefined)
          .map((name) => [name, summary(first.map((one, at) => one[name] / figures[at][name]))]),
      ),
    ]),
  )
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median: round(median), low: round(sorted[0]), high: round(sorted.at(-1)) }
}

/** Four digits say all that there is to say. */
function round(value) {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4))
}

function inChild(task) {
  const env = { ...process.env, BENCH_RECORDS: String(task.records) }
  const child = fork(CHILD, [], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    let said
    child.on('message', (message) => (said = message))
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0 && said !== undefined) return resolve(said)
      reject(
        new Error(`${task.way ?? 'the stage'} of ${task.file ?? task.stage} ended with ${code ?? signal}`),
      )
    })
    child.send(task)
  })
}
