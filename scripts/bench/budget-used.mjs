// How much of a limit of requests a minute was used, by the instants of the requests, in order and in milliseconds.

const MINUTE_MS = 60_000

/** The most requests in any 60 seconds. */
export function busiestMinute(instants) {
  let first = 0
  let most = 0
  instants.forEach((at, index) => {
    while (instants[first] <= at - MINUTE_MS) first += 1
    most = Math.max(most, index - first + 1)
  })
  return most
}

/** While work waited: how much later than possible the last full minute's worth of requests began. Fewer than that waited for nothing. */
export function shareUsed(instants, perMinute) {
  const minutes = Math.floor((instants.length - 1) / perMinute)
  return minutes === 0 ? 1 : (minutes * MINUTE_MS) / (instants[minutes * perMinute] - instants[0])
}
