// Owns the joining of short texts to some that are worth a write each.

/** Characters of a chunk, at least; the last one may be shorter. */
const CHUNK = 65_536

export function* inChunks(texts: Iterable<string>): Generator<string> {
  let chunk: string[] = []
  let length = 0
  for (const text of texts) {
    chunk.push(text)
    length += text.length
    if (length < CHUNK) continue
    yield chunk.join('')
    chunk = []
    length = 0
  }
  if (length > 0) yield chunk.join('')
}
