// Owns a pull: which files have to be read, and what their end means.
import type { ConnectorContext, Page, PullRequest } from 'heysync/connector'
import { archiveTaken, newestArchived } from './archive.ts'
import type { FilesOptions } from './files-options.ts'
import { isGlob } from './glob.ts'
import { inspectAll, pages, type ReadFile, unchanged } from './pages.ts'
import { settleAll } from './settle.ts'
import { announced, type Kind, type Pulling, withPlace } from './source.ts'
import { byAge, type Found, type SourceFile } from './store/store.ts'
import {
  contentsOf,
  isProven,
  keepTaken,
  knownHashes,
  optionsHash,
  parseToken,
  readTaken,
  type Token,
  type TokenFile,
  tokenFile,
  writeToken,
} from './token.ts'

/** New files of changes that one pull takes where each is copied first; the next pull takes the next ones. */
const MAX_COPIES = 200

/** Pages of the files that count. It always starts at the beginning: a position is for people to read. */
export function pullFiles(
  kind: Kind,
  options: FilesOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const token = request.mode === 'incremental' ? parseToken(request.token) : null
  return withPlace(kind, options, context, (pulling) =>
    options.snapshot ? pullSnapshot(pulling, token) : pullChanges(pulling, request, token),
  )
}

/** What is there, once what was read before is put away. */
async function findWaiting(pulling: Pulling, token: Token | null): Promise<Found> {
  const { store, kind } = pulling
  let found = await store.find()
  if (await archiveTaken(found.files, token, pulling)) found = await store.find()
  if (kind.textOnly) return found
  const hashOf = knownHashes(token)
  return { ...found, files: await announced(pulling, found.files, (file) => hashOf(file) !== null) }
}

interface Snapshots {
  /** The files that together are the state of the source; null when there is none newer than what was read. */
  readonly chosen: readonly SourceFile[] | null
  /** Older ones, which no one will ask for any more. */
  readonly passed: readonly SourceFile[]
}

async function findSnapshots(pulling: Pulling, token: Token | null): Promise<Snapshots> {
  const { options } = pulling
  const found = await findWaiting(pulling, token)
  if (options.archive === undefined) {
    if (found.none !== null) throw found.none
    return { chosen: options.files === 'newest' ? found.files.slice(-1) : found.files, passed: [] }
  }
  // What was read last is in the archive, and an older file that comes late does not undo it.
  const newest = found.files.at(-1)
  if (token !== null) {
    const readAt = Math.max(...token.files.map(({ state }) => state?.mtimeMs ?? 0))
    if (newest === undefined || newest.state.mtimeMs < readAt) return { chosen: null, passed: found.files }
    return { chosen: [newest], passed: found.files.slice(0, -1) }
  }
  const archived = await newestArchived(pulling)
  if (archived !== null && (newest === undefined || newest.state.mtimeMs < archived.changedAt))
    return { chosen: [archived.file], passed: found.files }
  if (newest === undefined) throw found.none
  return { chosen: [newest], passed: found.files.slice(0, -1) }
}

async function* pullSnapshot(pulling: Pulling, given: Token | null): AsyncGenerator<Page> {
  const { options, context, store } = pulling
  const token = given?.options === optionsHash(options) ? given : null
  const { chosen, passed } = await findSnapshots(pulling, token)
  const proven = passed.filter(({ state }) => isProven(state, context.clock.now()))
  // A version that was read was finished, so it needs no waiting either.
  if (token !== null && (chosen === null || isKnown(token, chosen))) {
    context.log.debug(`${options.path} is as it was the last time.`)
    yield unchanged(writeToken(options, token.files, { passed: proven }))
    return
  }
  const files = await settleAll(store, chosen ?? [], options, context)
  const read = await inspectAll(files, pulling)
  const entries = read.map((file) => tokenFile(file, file.inspection.hash, context.clock.now()))
  if (token !== null && sameContents(token.files, entries)) {
    for (const { content } of read) await content.assertUnchanged()
    yield unchanged(writeToken(options, entries, { passed: proven }))
    return
  }
  yield* pages(read, pulling, {
    covers: 'everything',
    token: writeToken(options, entries, { passed: proven }),
  })
}

async function* pullChanges(
  pulling: Pulling,
  request: PullRequest,
  token: Token | null,
): AsyncGenerator<Page> {
  const { options, context, store, kind } = pulling
  const { files: found, none } = await findWaiting(pulling, token)
  // Changes are often moved away once they are taken, so an empty folder is the usual state of things.
  if (none !== null && !isGlob(options.path) && options.archive === undefined) throw none
  const taken: TokenFile[] = []
  let open: SourceFile[] = []
  const hashOf = knownHashes(token)
  for (const file of found) {
    const hash = hashOf(file)
    if (hash === null) open.push(file)
    else taken.push(tokenFile(file, hash, context.clock.now()))
  }
  if (!kind.textOnly && open.length > MAX_COPIES) {
    context.log.info(
      `${open.length} new files: the oldest ${MAX_COPIES} are read now, the rest by the next pulls.`,
    )
    open = open.slice(0, MAX_COPIES)
  }
  const settled = await settleAll(store, open, options, context)
  // One file that is overwritten may come back to an older content, and that is news; among many files it is a copy.
  const before = request.mode === 'full' ? readTaken(context) : contentsOf(token)
  const consumed = new Set(isGlob(options.path) ? before : token?.files.map(({ hash }) => hash))
  const fresh: ReadFile[] = []
  for (const file of await inspectAll([...settled].sort(byAge), pulling)) {
    const { hash, blank } = file.inspection
    if (blank) {
      context.log.info(`${file.label} is empty: no changes in it.`)
      continue
    }
    taken.push(tokenFile(file, hash, context.clock.now()))
    if (consumed.has(hash) && request.mode === 'incremental') {
      context.log.debug(`${file.label} has the content of a file that was read before.`)
      continue
    }
    consumed.add(hash)
    fresh.push(file)
  }
  // Rows that are older than the last pull count too, also in a file that grew: a row may come late. What was read before
  // is recognised, and does not replace what is newer.
  const done = writeToken(options, taken, { contents: before })
  yield* pages(fresh, pulling, { covers: 'changes', token: done })
  keepTaken(context, contentsOf(parseToken(done)))
}

/** True when every file is, by its state alone, the version that was read. */
function isKnown(token: Token, files: readonly SourceFile[]): boolean {
  const hashOf = knownHashes(token)
  return token.files.length === files.length && files.every((file) => hashOf(file) !== null)
}

function sameContents(before: readonly TokenFile[], now: readonly TokenFile[]): boolean {
  const hashes = (files: readonly TokenFile[]) => files.map(({ hash }) => hash).join()
  return hashes(before) === hashes(now)
}
