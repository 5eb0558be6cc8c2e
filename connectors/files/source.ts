// Owns what the two connectors of this folder differ in, and which files of a place are announced as finished.
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import { type Content, Contents } from './content.ts'
import type { FilesOptions } from './files-options.ts'
import { isGlob } from './glob.ts'
import { localStore } from './store/local.ts'
import type { SourceFile, Store } from './store/store.ts'

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
  if (announcement === null || (await store.has(announcement))) return
  throw notAnnounced(file, options)
}

/**
 * The files of a glob that are announced as finished, or were read before; all of them where nothing has to announce them.
 * @throws ConnectorError busy when there are some, and none of them is.
 */
export async function announced(
  store: Store,
  files: readonly SourceFile[],
  options: FilesOptions,
  wasRead: (file: SourceFile) => boolean,
): Promise<readonly SourceFile[]> {
  if (options.readySuffix === undefined || !isGlob(options.path)) return files
  const ready: SourceFile[] = []
  for (const file of files) {
    const announcement = announcementOf(file.path, options)
    if (wasRead(file) || (announcement !== null && (await store.has(announcement)))) ready.push(file)
  }
  const [waiting] = files
  if (ready.length === 0 && waiting !== undefined) throw notAnnounced(waiting, options)
  return ready
}

function notAnnounced(file: SourceFile, options: FilesOptions): ConnectorError {
  const announcement = announcementOf(file.label, options)
  return new ConnectorError('busy', {
    message: `${file.label} is not announced as finished: there is no ${announcement}.`,
    hint: `Have the export write ${announcement} when it is done, or remove readySuffix from the options.`,
  })
}
