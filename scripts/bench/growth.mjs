// How time and memory grow from one number of records to the next: time in proportion, memory hardly at all.
const MOST_TIME = 1.1
const MOST_MEMORY = 1.2
/** With fewer records, what is kept at hand is not full yet. */
const FULL_MEMORY = 100_000

/** Lines of a table: case, from, to, records, seconds, those of the loop beside it (or null) and memory as factors, and whether that is as it should be. */
export function growth(cases, results) {
  return cases.flatMap(({ name }) => {
    const own = results
      .filter((one) => one.case === name && one.ways.heysync?.seconds !== undefined)
      .sort((a, b) => a.records - b.records)
    return own.slice(1).map((result, at) => {
      const before = own[at]
      const times = (figure) => result.ways.heysync[figure].median / before.ways.heysync[figure].median
      const records = result.records / before.records
      const [seconds, memory] = [times('seconds'), times('peakMb')]
      const good = seconds <= MOST_TIME * records && (memory <= MOST_MEMORY || before.records < FULL_MEMORY)
      const loop = loopSeconds(before) && loopSeconds(result) / loopSeconds(before)
      return { name, from: before.records, to: result.records, records, seconds, loop, memory, good }
    })
  })
}

const loopSeconds = ({ records, ways }) =>
  ways.loop?.recordsPerSecond === undefined ? null : records / ways.loop.recordsPerSecond.median
