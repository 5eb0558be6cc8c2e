// Owns what the two connectors of this folder differ in, and which files of a place are announced as finished.
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import { type Content, Contents } from './content.ts'
import type { FilesOptions } from './files-options.ts'
import { isGlob } from './glob.ts'
import { localStore } from './store/local.ts'
import type { SourceFile, Store } from './store/store.ts'

const DAY_MS = 86_400_000

export interface Kind {
  openStore(options: FilesOptions, context: ConnectorContext): Promise<Store>
  /** Nothing but text is read, and nothing is unpacked. */
  readonly textOnly: boolean
}

/** What is at hand while one pull runs. */
export interface Pulling {
  readonly kind: Kind
  readonly options: FilesOptions
  readonly context: ConnectorContext
  readonly store: Store
  readonly contents: Contents
}

/** Opens the place, hands it over, and closes all that was opened however that ends. */
export async function* withPlace<Out>(
  kind: Kind,
  options: FilesOptions,
  context: ConnectorContext,
  work: (pulling: Pulling) => AsyncGenerator<Out>,
): AsyncGenerator<Out> {
  context.signal.throwIfAborted()
  const store = await kind.openStore(options, context)
  const contents = new Contents(store, options.maxBytes ?? Number.POSITIVE_INFINITY, context.signal)
  try {
    yield* work({ kind, options, context, store, contents })
  } finally {
    await contents.close()
    await store.close()
  }
}

export async function openContent({ kind, contents }: Pulling, file: SourceFile): Promise<Content> {
  return kind.textOnly ? contents.inPlace(file) : contents.open(file)
}

export async function openLocal(options: FilesOptions, { baseDir }: ConnectorContext): Promise<Store> {
  const { path, readySuffix, archive } = options
  return localStore({ path, baseDir, readySuffix, archive })
}

export function announcementOf(path: string, options: FilesOptions): string | null {
  return options.readySuffix === undefined ? null : `${path}${options.readySuffix}`
}

/** @throws ConnectorError busy when the file that announces this one is missing. */
export async function assertAnnounced(store: Store, file: SourceFile, options: FilesOptions): Promise<void> {
  const announcement = announcementOf(file.path, options)
  if (announcement === null || file.archived || (await store.has(announcement))) return
  throw notAnnounced(file, options)
}

/**
 * The files of a glob that are announced as finished, or were read before; all of them where nothing has to announce them.
 * @throws ConnectorError busy when none of them is, or when they are the whole only together and one is not.
 */
export async function announced(
  { store, options, context }: Pulling,
  files: readonly SourceFile[],
  wasRead: (file: SourceFile) => boolean,
): Promise<readonly SourceFile[]> {
  if (options.readySuffix === undefined || !isGlob(options.path)) return files
  const ready: SourceFile[] = []
  const waiting: SourceFile[] = []
  for (const file of files) {
    const announcement = announcementOf(file.path, options)
    const isReady = wasRead(file) || (announcement !== null && (await store.has(announcement)))
    if (isReady) ready.push(file)
    else waiting.push(file)
  }
  const [oldest] = waiting
  if (oldest === undefined) return ready
  if (ready.length === 0 || options.files === 'all') throw notAnnounced(oldest, options)
  warnOfForgotten(waiting, context)
  return ready
}

/** Nothing fails because of files that wait, so somebody has to be told of those that nobody will announce any more. */
function warnOfForgotten(waiting: readonly SourceFile[], { clock, log }: ConnectorContext): void {
  const forgotten = waiting.filter(({ state }) => clock.now() - state.mtimeMs > DAY_MS)
  const [oldest] = forgotten
  if (oldest === undefined) return
  const since = new Date(oldest.state.mtimeMs).toISOString()
  log.warn(
    `${forgotten.length} files are waited for to be announced since more than a day, ${oldest.label} since ${since}. Announce or remove them.`,
  )
}

function notAnnounced(file: SourceFile, options: FilesOptions): ConnectorError {
  const announcement = announcementOf(file.label, options)
  return new ConnectorError('busy', {
    message: `${file.label} is not announced as finished: there is no ${announcement}.`,
    hint: `Have the export write ${announcement} when it is done, or remove readySuffix from the options.`,
  })
}
