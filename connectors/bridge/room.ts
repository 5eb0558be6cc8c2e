// Owns the private folder of one run: the files that a program is given, and its config, which it may rewrite.
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectorContext } from 'heysync/connector'
import { z } from 'zod'
import { BEGUN_FILE, CONFIG_FILE, type Left, makeFolder, removeFolder, whatWasLeft } from './left.ts'
import { isObject } from './lines.ts'
import type { BridgeOptions } from './options.ts'
import { linesOf } from './process.ts'
import { secretsOf, withoutSecrets } from './secrets.ts'

export interface Room {
  /** The file that holds the config. */
  readonly config: string
  /** Puts a file into the folder, for nobody else to read; returns its path. */
  write(name: string, text: string): Promise<string>
  /** Runs the program with these arguments. What it made of its config is kept when it ends, however it ends. */
  run(args: readonly string[]): AsyncGenerator<readonly string[]>
  /** Keeps what the program made of its config, if it did anything, before it is used any further. */
  keepConfig(): void
  /** Keeps a config that the program told, and gives it to the next run. */
  keepTold(config: string): void
  redact(text: string): string
  readonly context: ConnectorContext
}

type RoomOptions = Omit<BridgeOptions, 'selectFields'>

const PRIVATE = { mode: 0o600 }
const keptSchema = z.object({ fingerprint: z.string(), config: z.string() })

export async function* inRoom<Out>(
  kind: string,
  options: RoomOptions,
  context: ConnectorContext,
  work: (room: Room) => AsyncGenerator<Out>,
): AsyncGenerator<Out> {
  const { signal } = context
  signal.throwIfAborted()
  const given = JSON.stringify(options.config)
  const fingerprint = createHash('sha256').update(given).digest('hex')
  const left = await whatWasLeft(kind, fingerprint, options.graceSeconds * 1_000, signal)
  const folder = await makeFolder(kind, fingerprint)
  try {
    yield* work(
      await openRoom(folder, { name: `${kind} config`, given, fingerprint, left }, options, context),
    )
  } finally {
    await removeFolder(folder)
  }
}

/** Where the config of a room comes from. */
interface Origin {
  /** What it is kept under. */
  readonly name: string
  /** As the operator wrote it. */
  readonly given: string
  readonly fingerprint: string
  readonly left: Left
}

async function openRoom(
  folder: string,
  { name, given, fingerprint, left }: Origin,
  options: RoomOptions,
  context: ConnectorContext,
): Promise<Room> {
  let current = readKept(context.keep.get(name), fingerprint) ?? given
  let inFile: string | null = null
  const environment = options.env.map((key) => process.env[key])
  let secrets = secretsOf([options.config, parsed(current), environment])
  const config = join(folder, CONFIG_FILE)
  const take = (text: string) => {
    if (text === current) return
    const value = parsed(text)
    if (!isObject(value)) {
      context.log.warn('the program left a config that is no JSON object; the one before it is kept.')
      return
    }
    current = text
    secrets = [...secrets, ...secretsOf([value])]
    context.keep.set(name, JSON.stringify({ fingerprint, config: text }), { forGood: true })
  }
  const replace = (file: string, text: string) => {
    writeFileSync(`${file}.new`, text, PRIVATE)
    renameSync(`${file}.new`, file)
  }
  let begun: string | null = null
  /** After the config is both kept and in its file: whatever differs from this was made by the program since. */
  const markBegun = () => {
    if (begun === current) return
    replace(join(folder, BEGUN_FILE), current)
    begun = current
  }
  /** The file is never behind what is kept, so that what a killed run leaves is the newest there is. */
  const put = () => {
    if (inFile !== current) replace(config, current)
    inFile = current
    markBegun()
  }
  const keepConfig = () => {
    try {
      const text = readFileSync(config, 'utf8')
      if (text === inFile) return
      inFile = text
      take(text)
      if (current === text) markBegun()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  const made = left.madeOf(current)
  if (made !== null) take(made)
  await left.remove()
  const redact = (text: string) => withoutSecrets(text, secrets)
  return {
    config,
    context,
    redact,
    keepConfig,
    // A program that tells its new config need not write it too.
    keepTold: (text) => {
      keepConfig()
      take(text)
      put()
    },
    write: async (file, text) => {
      const path = join(folder, file)
      await writeFile(path, text, PRIVATE)
      return path
    },
    run: async function* (args) {
      put()
      try {
        yield* linesOf({
          command: [...options.command.map((part) => part.replaceAll('{folder}', folder)), ...args],
          baseDir: context.baseDir,
          folder,
          env: options.env,
          idleMs: options.idleSeconds * 1_000,
          totalMs: options.totalSeconds * 1_000,
          graceMs: options.graceSeconds * 1_000,
          signal: context.signal,
          redact,
        })
      } finally {
        keepConfig()
      }
    },
  }
}

/** Null when nothing was kept, or when the operator has changed the config since. */
function readKept(text: string | null, fingerprint: string): string | null {
  const kept = keptSchema.safeParse(parsed(text ?? 'null'))
  return kept.success && kept.data.fingerprint === fingerprint ? kept.data.config : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
