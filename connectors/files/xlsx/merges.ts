// Owns which cells of a sheet are merged. They stand behind its rows, and have to be known before the first one.

const BEHIND_ROWS = /<(?:\w+:)?mergeCells\b/
const RANGE = /<(?:\w+:)?mergeCell\s[^>]*\bref\s*=\s*["'](\$?[A-Z]+\$?(\d+):\$?[A-Z]+\$?(\d+))["']/g
const OVERLAP_CHARS = 64
/** A sheet with more merged cells than fit in here has its header elsewhere in the list only by great pains. */
const MAX_CHARS = 8_388_608

/** Reads the part to its end, without taking it apart. Returns what is merged in a row, or null. */
export async function readMerges(bytes: AsyncIterable<Buffer>): Promise<(line: number) => string | null> {
  let tail = ''
  let list: string | null = null
  for await (const chunk of bytes) {
    const text = chunk.toString('latin1')
    if (list !== null) {
      if (list.length < MAX_CHARS) list += text
      continue
    }
    const joined = tail + text
    const at = joined.search(BEHIND_ROWS)
    if (at >= 0) list = joined.slice(at)
    else tail = joined.slice(-OVERLAP_CHARS)
  }
  const ranges = [...(list ?? '').matchAll(RANGE)].map(([, range = '', from, to]) => ({
    range,
    from: Number(from),
    to: Number(to),
  }))
  return (line) => ranges.find(({ from, to }) => from <= line && line <= to)?.range ?? null
}
