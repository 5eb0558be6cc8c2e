// What ten million records would take, by the slopes between the two largest numbers of records that were measured.
const TEN_MILLION = 10_000_000
const MINUTE_S = 60
const PER_MINUTE = 450
/** From fewer records nothing follows for ten million: what is there from the start counts for too much. */
const LEAST_RECORDS = 100_000

export function tenMillion(results) {
  const rows = [
    ['a pass over a CSV file', duration(at(results, 'pass', 'seconds'))],
    ['a first load, local work', duration(at(results, 'first-load', 'seconds'))],
    ['a full reconcile, local work', duration(at(results, 'reconcile', 'seconds'))],
    [
      `a full reconcile at ${PER_MINUTE} requests a minute`,
      duration(perMinute(at(results, 'reconcile', 'requests'))),
    ],
    [
      `a first load at ${PER_MINUTE} requests a minute, many contacts in one`,
      duration(perMinute(at(results, 'requests', 'requests', 'many in one request'))),
    ],
    ['the database', size(databaseBytes(results))],
    ['most memory of a pass', memory(at(results, 'pass', 'peakMb'))],
    ['most memory of a first load', memory(at(results, 'first-load', 'peakMb'))],
  ].filter(([, value]) => value !== null)
  const tried = results.find((one) => one.case === 'pass' && one.records === TEN_MILLION)?.ways.heysync
  if (rows.length === 0 && tried === undefined) return ''
  const really =
    tried === undefined
      ? ''
      : `\n\nTried once: a pass over ten million took ${duration(tried.seconds.median)} and ${memory(tried.peakMb.median)}.`
  return `## Ten million records

Computed, by the slopes between the two largest numbers of records above:

${['| what | ten million |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')}${really}

What grows with the records is time, the database and the requests. What to set:

- Give the disk of \`database:\` room for three times the database: \`plan\` works on a copy of it, and so does \`backup\`.
- Let \`fullSchedule\` run once a week and at night, and read changes in between: a source with \`updatedColumn\`, or one that knows its changes.
- Leave \`requestsPerMinute\` at what the account allows: the first load is bound by it and by nothing else.`
}

/** The value at ten million on the line through the two largest results, null where there are not two. */
function at(results, name, figure, way = 'heysync') {
  const points = results
    .filter((one) => one.case === name && one.records < TEN_MILLION)
    .flatMap(({ records, ways }) =>
      ways[way]?.[figure] === undefined ? [] : [[records, ways[way][figure].median]],
    )
    .sort(([a], [b]) => a - b)
    .slice(-2)
  if (points.length < 2 || points[1][0] < LEAST_RECORDS) return null
  const [[x1, y1], [x2, y2]] = points
  // What is measured falls at times where it stays the same.
  return y2 + Math.max(0, (y2 - y1) / (x2 - x1)) * (TEN_MILLION - x2)
}

function databaseBytes(results) {
  const [largest] = results.filter((one) => one.case === 'start').sort((a, b) => b.records - a.records)
  return largest === undefined || largest.records < LEAST_RECORDS
    ? null
    : largest.ways.heysync.bytesPerContact.median * TEN_MILLION
}

const perMinute = (requests) => (requests === null ? null : (requests / PER_MINUTE) * MINUTE_S)

function duration(seconds) {
  if (seconds === null) return null
  if (seconds < 2 * MINUTE_S) return `${Math.round(seconds)} s`
  const minutes = seconds / MINUTE_S
  return minutes < 120 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`
}

const size = (bytes) => (bytes === null ? null : `${(bytes / 1e9).toFixed(1)} GB`)
const memory = (megabytes) => (megabytes === null ? null : `${Math.round(megabytes)} MB`)
