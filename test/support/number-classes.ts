// Owns which numbers a set of patterns can tell apart. Patterns of phone metadata are finite: each is a list of rows, a row
// being a set of digits for each place. Two numbers that fit the same rows are the same to whoever asks these patterns only,
// so one number of each class stands for all of them.

/** The digits that may stand at each place. An open row says nothing of what comes after it. */
interface Row {
  readonly places: readonly string[]
  readonly open: boolean
}

type Rows = readonly (readonly string[])[]

const DIGITS = '0123456789'

/**
 * A number of each class that the patterns tell apart among those of `length` digits; at least one for each way into it.
 * `whole` patterns match a number from its first digit to its last, `open` ones its start. `pick` says which digit stands
 * for several that are the same to every pattern.
 */
export function classesOf(
  patterns: { readonly whole: readonly string[]; readonly open: readonly string[] },
  length: number,
  pick: (digits: readonly string[]) => string,
): string[] {
  const rows = [
    ...patterns.whole.flatMap((pattern) => rowsOf(pattern).map((places): Row => ({ places, open: false }))),
    ...patterns.open.flatMap((pattern) => rowsOf(pattern).map((places): Row => ({ places, open: true }))),
  ].filter(({ places, open }) => open || places.length === length)

  const walk = (start: string, alive: readonly Row[]): string[] => {
    if (start.length === length) return [start]
    const groups = new Map<string, string[]>()
    for (const digit of DIGITS) {
      const fits = alive.map((row) => Number(fitsAt(row, start.length, digit))).join('')
      groups.set(fits, [...(groups.get(fits) ?? []), digit])
    }
    return [...groups.values()].flatMap((digits) => {
      const digit = pick(digits)
      return walk(
        start + digit,
        alive.filter((row) => fitsAt(row, start.length, digit)),
      )
    })
  }
  return walk('', rows)
}

function fitsAt({ places, open }: Row, place: number, digit: string): boolean {
  return places[place]?.includes(digit) ?? open
}

/** Throws at whatever the metadata has not used so far: it would have to be learned here first. */
function rowsOf(pattern: string): Rows {
  let at = 0
  const next = (): string => pattern[at++] ?? ''

  function choice(): Rows {
    const found = [...sequence()]
    while (pattern[at] === '|') {
      at++
      found.push(...sequence())
    }
    return found
  }

  function sequence(): Rows {
    let found: Rows = [[]]
    while (at < pattern.length && !'|)'.includes(pattern[at] ?? '')) found = joined(found, times(item()))
    return found
  }

  function item(): Rows {
    const first = next()
    if (DIGITS.includes(first)) return [[first]]
    if (first === '[') return [[set()]]
    if (first === '\\' && next() === 'd') return [[DIGITS]]
    if (first !== '(') throw new Error(`what is ${JSON.stringify(first)} in ${pattern}?`)
    if (pattern.startsWith('?:', at)) at += 2
    const found = choice()
    if (next() !== ')') throw new Error(`a bracket is open in ${pattern}`)
    return found
  }

  function set(): string {
    const text = pattern.slice(at, pattern.indexOf(']', at))
    at += text.length + 1
    const full = text.replace('\\d', '0-9')
    if (!/^(?:\d(?:-\d)?)+$/.test(full)) throw new Error(`what is [${text}] in ${pattern}?`)
    return full.replace(/(\d)-(\d)/g, (_, from, to) => DIGITS.slice(Number(from), Number(to) + 1))
  }

  function times(rows: Rows): Rows {
    const counts = /^(?:\?|\{(\d+)(?:,(\d+))?\})/.exec(pattern.slice(at))
    if (counts === null) return rows
    at += counts[0].length
    const [from, to] = counts[0] === '?' ? [0, 1] : [Number(counts[1]), Number(counts[2] ?? counts[1])]
    let run: Rows = [[]]
    const found: (readonly string[])[] = from === 0 ? [[]] : []
    for (let count = 1; count <= to; count++) {
      run = joined(run, rows)
      if (count >= from) found.push(...run)
    }
    return found
  }

  const rows = choice()
  if (at !== pattern.length) throw new Error(`what is ${JSON.stringify(pattern[at])} in ${pattern}?`)
  return rows
}

function joined(starts: Rows, ends: Rows): Rows {
  return starts.flatMap((start) => ends.map((end) => [...start, ...end]))
}
