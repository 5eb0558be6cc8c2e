// docs/performance.md and its plots, from the results that are kept and from nothing else.
import { ELSEWHERE } from './elsewhere.mjs'
import { FIGURES, judged, ratioShown, shown } from './figures.mjs'
import { growth } from './growth.mjs'
import { plots } from './plots.mjs'
import { tenMillion } from './ten-million.mjs'

const BUSY_LOAD = 0.5

/** Text by path. */
export function draw({ machine, results }, cases) {
  const drawn = plots(results)
  const page = [
    '# Speed, memory and scale',
    `<!-- Drawn by \`npm run bench -- --draw\` from docs/performance.json. Do not edit it by hand. -->`,
    about(machine, results),
    goals(results, cases),
    reasons(results, cases),
    growing(cases, results),
    plot(drawn, 'speed.svg', 'Records a second of heysync and of the plain libraries in a loop'),
    plot(drawn, 'memory.svg', 'Peak memory by number of records'),
    ...cases.flatMap((bench) => section(bench, results)),
    otherPrograms(drawn),
    tenMillion(results),
    again(),
  ]
  return new Map([
    ['docs/performance.md', `${page.filter((part) => part !== '').join('\n\n')}\n`],
    ...[...drawn].map(([name, svg]) => [`docs/images/performance-${name}`, svg]),
  ])
}

const number = (value) => value.toLocaleString('en-US')
const plot = (drawn, name, words) => (drawn.has(name) ? `![${words}](images/performance-${name})` : '')

function about({ cpu, cores, memoryGb, node, system }, results) {
  const days = [...new Set(results.map(({ at }) => at.slice(0, 10)))].sort()
  const load = Math.max(...results.map((one) => one.load))
  const when = days.length === 1 ? days[0] : `${days[0]} to ${days.at(-1)}`
  const busy =
    load / cores > BUSY_LOAD
      ? `\n\n**The machine was busy with other work while this was measured** (its load was up to ${load} on ${cores} cores), so only the ratios say something.`
      : ''
  return `Measured by \`npm run bench\` on ${when}: ${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}, ${system}. Heymarket was the
[sandbox](sandbox.md), and sources were files or servers on the same machine, in processes of their own, so their memory is not counted; the processor
they share.

Each figure is the median of the rounds, with the lowest and the highest in brackets where there were several. Each round is a new process. Beside a figure
stands the same work by the plain libraries in a loop, in the same minute: read the file, read the phone, hash, keep a row, or send
the request, and nothing else. A ratio is that of heysync to it, round by round. The engine runs as in the service: a thread brings the log into the database.${busy}`
}

function goals(results, cases) {
  const rows = cases.flatMap((bench) =>
    results
      .filter((one) => one.case === bench.name)
      .sort((a, b) => a.records - b.records)
      .flatMap((result) =>
        judged(bench, result).map(({ goal, value, reached }) => [
          `[${bench.name}](#${bench.name})`,
          number(result.records),
          goal,
          Number(value.toPrecision(4)).toLocaleString('en-US'),
          reached ? 'yes' : '**no**',
        ]),
      ),
  )
  return `## What was to be reached\n\n${table(['case', 'records', 'goal', 'measured', 'reached'], rows)}`
}

/** Goals that were missed with some number of records, by their reasons. */
function reasons(results, cases) {
  const missed = new Map()
  for (const bench of cases)
    for (const result of results.filter((one) => one.case === bench.name))
      for (const { reached, why } of judged(bench, result))
        if (!reached && why !== undefined)
          missed.set(why, (missed.get(why) ?? new Set()).add(`[${bench.name}](#${bench.name})`))
  if (missed.size === 0) return ''
  const lines = [...missed].map(([why, names]) => `- ${[...names].join(', ')}: ${why}`)
  return `## What is not reached, and why\n\n${lines.join('\n')}`
}

function growing(cases, results) {
  const times = (factor) => (factor === null ? '' : `${Number(factor.toPrecision(3))}×`)
  const rows = growth(cases, results).map(({ name, from, to, records, seconds, loop, memory, good }) => [
    `[${name}](#${name})`,
    `${number(from)} to ${number(to)}`,
    ...[records, seconds, loop, memory].map(times),
    good ? 'yes' : '**no**',
  ])
  if (rows.length === 0) return ''
  return `## How it grows

Time should grow as the records do, and a tenth more at most; memory should stay the same within a fifth from 100,000 on. Where the loop beside it takes more than in
proportion, what it asks does: the sandbox or the disk. What a longer run takes more in memory is mostly what V8 did not clear up yet.

${table(['case', 'from, to', 'records', 'time', 'time of the loop', 'memory', 'as it should'], rows)}`
}

/** Ways beside each other, one line for each way and number of records. */
function section(bench, results) {
  const own = results.filter((one) => one.case === bench.name).sort((a, b) => a.records - b.records)
  if (own.length === 0) return []
  const used = Object.keys(FIGURES).filter((name) =>
    own.some(({ ways }) => Object.values(ways).some((figures) => figures[name] !== undefined)),
  )
  const compared = own.some(({ ratios }) => Object.values(ratios).some((one) => Object.keys(one).length > 0))
  const rows = own.flatMap(({ records, ways, ratios }) =>
    Object.entries(ways).map(([way, figures]) => [
      number(records),
      way,
      // What a loop takes in memory, and for how long it blocks, is nobody's concern.
      ...used.map((name) =>
        figures[name] === undefined || isOfLoop(bench, way, name) ? '' : shown(name, figures[name]),
      ),
      ...(compared ? [ratiosText(ratios[way])] : []),
    ]),
  )
  const header = [
    'records',
    'way',
    ...used.map((name) => FIGURES[name].title),
    ...(compared ? ['heysync to it'] : []),
  ]
  return [`## ${bench.name}\n\n${bench.about}.\n\n${table(header, rows)}`]
}

const isOfLoop = (bench, way, name) =>
  bench.ways.heysync !== undefined &&
  ['loop', 'library'].includes(way) &&
  ['peakMb', 'longestBlockMs'].includes(name)

const ratiosText = (ratios = {}) => Object.values(ratios).map(ratioShown).join(', ')

function otherPrograms(drawn) {
  const range = ([low, high]) =>
    low === high ? number(low) : low === null ? `up to ${number(high)}` : `${number(low)} to ${number(high)}`
  const rows = ELSEWHERE.map((one) => [
    one.program,
    one.setup,
    number(one.records),
    range(one.load),
    range(one.again),
    range(one.memoryMb),
  ])
  return `## Other programs

These were not measured by this command: they were taken once, on a machine of this kind (two cores), with a sink on loopback. They do other things than
heysync does, and more of them; the figures are here for scale.

${table(['program', 'set-up', 'records', 'first load, s', 'nothing changed, s', 'memory, MB'], rows)}

The workflow of n8n marks records as seen before they are delivered: after a crash at 19,976 of 50,000 the next run sent nothing. In the plot the
longest time of each stands beside heysync's median: \`requests\` (many in one request, with every write) and \`pass\`.

${plot(drawn, 'elsewhere.svg', 'Seconds for 10,000 records: Grouparoo, n8n and heysync')}`.trimEnd()
}

function again() {
  return `## Measure it yourself

\`\`\`sh
npm ci
npm run bench
\`\`\`

\`BENCH_RECORDS=10000,100000\` before it takes other numbers of records, \`BENCH_ROUNDS=1\` one round, and \`npm run bench -- pass phones\` these cases alone.
Close everything else meanwhile. \`npm run soak\` runs the service for an hour at the full budget and fails when its memory, its open files or its
database grow.`
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}
