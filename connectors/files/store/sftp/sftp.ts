// Owns files on an SFTP server: one connection, one question after the other, but for the bytes of a file.
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import type { FileEntryWithStats, Stats } from 'ssh2'
import type { FilesOptions } from '../../files-options.ts'
import { isGlob } from '../../glob.ts'
import type { SftpOptions } from '../place-options.ts'
import { joinPath, type Search, searchFor, tidyPath } from '../remote-path.ts'
import { byAge, changedMeanwhile, type FileState, type Found, type SourceFile, type Store } from '../store.ts'
import { type Connection, connect, nameOf, type Question } from './connection.ts'
import { readBytes } from './read.ts'

const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3
/** Codes of version 3 of the protocol; a higher one is not of the server. */
const LAST_CODE = 8
const MAX_ENTRIES = 100_000

export async function openSftp(
  options: FilesOptions,
  sftp: SftpOptions,
  context: ConnectorContext,
): Promise<Store> {
  const connection = await connect(sftp, context)
  const path = tidyPath(options.path)
  const archive = options.archive === undefined ? undefined : tidyPath(options.archive)
  const server = new Server(connection, nameOf(sftp))
  const search = searchFor(path, archive, options.readySuffix)
  return {
    finished: 'watch',
    inPlace: false,
    find: () => (isGlob(path) ? findMatches(server, path, search) : findOne(server, path, search)),
    archived: async () => (archive === undefined ? [] : ((await server.list(archive))?.files ?? [])),
    look: async (file) => toState(await server.stat(file.path)),
    has: async (path) => (await server.statOrNull(path)) !== null,
    read: (file, signal) => readBytes(connection, file, signal, (error) => server.errorOf(error, file.label)),
    archive: async (file, name) => {
      if (archive === undefined) throw new Error('There is no archive to put a file into.')
      await server.makeFolder(archive)
      const target = joinPath(archive, name)
      if ((await server.statOrNull(target)) !== null) return false
      await server.rename(file.path, target)
      // Somebody may have put a new one there in the last instant; renaming is the only look that cannot be too early.
      const moved = toState(await server.stat(target))
      if (moved.size === file.state.size && moved.mtimeMs === file.state.mtimeMs) return true
      await server.rename(target, file.path)
      throw changedMeanwhile(file.label)
    },
    remove: (path) => server.remove(path),
    pathOf: (label) => label,
    close: async () => connection.close(),
  }
}

interface Listing {
  readonly files: readonly SourceFile[]
  readonly folders: readonly string[]
}

/** Questions to the server, with its errors in our words. */
class Server {
  readonly #connection: Connection
  readonly #host: string

  constructor(connection: Connection, host: string) {
    this.#connection = connection
    this.#host = host
  }

  get name(): string {
    return this.#host
  }

  async stat(path: string): Promise<Stats> {
    return this.#ask<Stats>(path, (sftp, answer) => sftp.stat(path, answer))
  }

  async statOrNull(path: string): Promise<Stats | null> {
    return this.stat(path).catch(nullIfMissing)
  }

  /** Null when there is no such folder. */
  async list(folder: string): Promise<Listing | null> {
    const entries = await this.#ask<FileEntryWithStats[]>(folder, (sftp, answer) =>
      sftp.readdir(folder, answer),
    ).catch(nullIfMissing)
    if (entries === null) return null
    const files: SourceFile[] = []
    const folders: string[] = []
    for (const { filename, attrs } of entries) {
      if (filename === '.' || filename === '..') continue
      const path = joinPath(folder, filename)
      // A file may be moved away between being listed and being looked at.
      const stats = attrs.isSymbolicLink() ? await this.statOrNull(path) : attrs
      if (stats?.isDirectory()) folders.push(path)
      else if (stats?.isFile()) files.push({ path, label: path, state: toState(stats) })
    }
    return { files, folders }
  }

  async makeFolder(folder: string): Promise<void> {
    if ((await this.statOrNull(folder)) !== null) return
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
    if (parent !== '') await this.makeFolder(parent)
    await this.#ask<void>(folder, (sftp, answer) => sftp.mkdir(folder, answer))
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#ask<void>(from, (sftp, answer) => sftp.rename(from, to, answer))
  }

  async remove(path: string): Promise<void> {
    await this.#ask<void>(path, (sftp, answer) => sftp.unlink(path, answer)).catch(nullIfMissing)
  }

  errorOf(error: unknown, label: string): unknown {
    if (error instanceof ConnectorError) return error
    const code = (error as { code?: unknown } | null)?.code
    if (code === NO_SUCH_FILE) {
      return new ConnectorError('not-found', {
        message: `There is no file ${label} on ${this.#host}.`,
        cause: error,
      })
    }
    if (code === PERMISSION_DENIED) {
      return new ConnectorError('failed', {
        message: `${this.#host} does not permit this for ${label}.`,
        hint: 'Give the user of this source the right to list the folder and read its files; to archive, to rename them too.',
        cause: error,
      })
    }
    if (typeof code !== 'number' || code > LAST_CODE) return error
    const said = error instanceof Error ? error.message : String(error)
    return new ConnectorError('failed', { message: `${this.#host} says of ${label}: ${said}`, cause: error })
  }

  #ask<Value>(label: string, question: Question<Value>): Promise<Value> {
    return this.#connection.ask(question).catch((error: unknown) => {
      throw this.errorOf(error, label)
    })
  }
}

function nullIfMissing(error: unknown): null {
  if (error instanceof ConnectorError && error.kind === 'not-found') return null
  throw error
}

/** Times come in whole seconds, of a clock that is not ours. */
function toState({ size, mtime }: Stats): FileState {
  return { size, mtimeMs: mtime * 1_000, ctimeMs: 0, ino: 0 }
}

async function findOne(server: Server, path: string, { folder }: Search): Promise<Found> {
  const stats = await server.statOrNull(path)
  if (stats?.isDirectory()) {
    throw new ConnectorError('not-found', {
      message: `${path} on ${server.name} is a folder, not a file.`,
      hint: `Set path to a file in it, or to a glob such as ${path}/*.csv.`,
    })
  }
  if (stats !== null) return { files: [{ path, label: path, state: toState(stats) }], none: null }
  if ((await server.statOrNull(folder)) === null) throw noFolder(server, folder, path)
  const none = new ConnectorError('not-found', {
    message: `There is no file ${path} on ${server.name}.`,
    hint: `Its folder ${folder} is there. Correct path, or have the file uploaded first.`,
  })
  return { files: [], none }
}

async function findMatches(server: Server, path: string, search: Search): Promise<Found> {
  const files: SourceFile[] = []
  let entries = 0
  let folders = [search.folder]
  for (let depth = 0; depth <= search.depth && folders.length > 0; depth++) {
    const below: string[] = []
    for (const folder of folders) {
      const listing = await server.list(folder)
      if (listing === null) {
        if (depth === 0) throw noFolder(server, folder, path)
        continue
      }
      entries += listing.files.length + listing.folders.length
      if (entries > MAX_ENTRIES) throw tooMany(server, path)
      files.push(...listing.files.filter((file) => search.matches(file.path)))
      below.push(...listing.folders)
    }
    folders = below
  }
  if (files.length > 0) return { files: files.sort(byAge), none: null }
  const none = new ConnectorError('not-found', {
    message: `No file on ${server.name} matches ${path}.`,
    hint: `The folder ${search.folder} is there; ${entries} names were looked at, and none of them matches or is finished.`,
  })
  return { files, none }
}

function noFolder(server: Server, folder: string, path: string): ConnectorError {
  return new ConnectorError('not-found', {
    message: `There is no folder ${folder} on ${server.name}, where ${path} looks for files.`,
    hint: 'Correct path in the options of this source. A path without / in front starts where signing in leads to.',
  })
}

function tooMany(server: Server, path: string): ConnectorError {
  return new ConnectorError('failed', {
    message: `More than ${MAX_ENTRIES} names on ${server.name} would have to be looked at for ${path}.`,
    hint: 'Name the folder in path, and move files away once they are read: see archive.',
  })
}
