// What each figure is called, how it is written, and what a case should reach.
const whole = (value) => Math.round(value).toLocaleString('en-US')
const fine = (value) => (Math.abs(value) >= 100 ? whole(value) : String(Number(value.toPrecision(3))))

export const FIGURES = {
  recordsPerSecond: { title: 'records a second', show: whole },
  northAmericaPerSecond: { title: 'North America, a second', show: whole },
  countriesPerSecond: { title: '15 countries, a second', show: whole },
  requestsPerSecond: { title: 'requests a second', show: whole },
  seconds: { title: 'seconds', show: fine },
  readSeconds: { title: 'of these until all is read', show: fine },
  requests: { title: 'requests', show: whole },
  leastRequests: { title: 'least possible', show: whole },
  overLeast: { title: 'times the least', show: fine },
  againRequests: { title: 'requests with no change', show: whole },
  shareAt450: { title: 'share of 450 a minute', show: fine },
  shareAt500: { title: 'share of 500 a minute', show: fine },
  editMs: { title: 'median, ms', show: fine },
  editMs95: { title: 'p95, ms', show: fine },
  firstEditMs: { title: 'the first, ms', show: fine },
  afterReadMs: { title: 'median after it was read, ms', show: fine },
  afterReadMs95: { title: 'p95 after it was read, ms', show: fine },
  oneChangeMs: { title: "one contact's change, ms", show: fine },
  readyMs: { title: 'ready after, ms', show: fine },
  stopMs: { title: 'ended after, ms', show: fine },
  healthMs50: { title: '/healthz p50, ms', show: fine },
  healthMs99: { title: '/healthz p99, ms', show: fine },
  bytesPerContact: { title: 'bytes per contact and record', show: whole },
  cpuSeconds: { title: 'processor, s', show: fine },
  peakMb: { title: 'peak memory, MB', show: whole },
  longestBlockMs: { title: 'longest block, ms', show: fine },
}

/** Written with its spread, where rounds differ. */
export function shown(name, { median, low, high }) {
  const { show } = FIGURES[name]
  return show(low) === show(high) ? show(median) : `${show(median)} (${show(low)} to ${show(high)})`
}

export const ratioShown = ({ median, low, high }) =>
  low === high ? `${fine(median)}×` : `${fine(median)}× (${fine(low)} to ${fine(high)})`

/** The goals of a case that hold for this number of records, with what came of them. `figure / way` is a ratio; `why`: what stands against it. */
export function judged({ reach = {} }, result) {
  return Object.entries(reach).flatMap(([key, { at, atLeast, atMost, why }]) => {
    if (at !== undefined && at !== result.records) return []
    const [figure, against] = key.split(' / ')
    const limit = atLeast === undefined ? `at most ${fine(atMost)}` : `at least ${fine(atLeast)}`
    const { title } = FIGURES[figure]
    return valuesOf(result, figure, against).map(({ of, value }) => ({
      goal: `${title}${of}: ${limit}`,
      value,
      reached: atLeast === undefined ? value <= atMost : value >= atLeast,
      why,
    }))
  })
}

/** Of heysync alone; where no way is called so, all of them are heysync's. */
function valuesOf({ ways, ratios }, figure, against) {
  if (against !== undefined) {
    const ratio = ratios[against]?.[figure]
    return ratio === undefined ? [] : [{ of: `, times that of ${against}`, value: ratio.median }]
  }
  const own = ways.heysync === undefined ? Object.entries(ways) : [['', ways.heysync]]
  return own.flatMap(([way, figures]) =>
    figures[figure] === undefined
      ? []
      : [{ of: way === '' ? '' : `, ${way}`, value: figures[figure].median }],
  )
}
