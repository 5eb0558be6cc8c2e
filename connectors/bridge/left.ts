// Owns what a run leaves when heysync is killed in the middle of it: its private folder, with secrets, and perhaps with a config
// that is the only copy of a token that can be used once; and a program that its guard is about to end.
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { GUARD_FILE } from './guard.ts'

/** What the config of a run is called in its folder. */
export const CONFIG_FILE = 'config.json'
/** What was kept when it was last known to be no older than what the program had. */
export const BEGUN_FILE = 'begun.json'

/** Kind, process id of heysync, and whose config it holds. */
const NAME = /^heysync-(singer|airbyte)-(\d+)-([0-9a-f]{12})-/
const LOOK_EVERY_MS = 100
/** From the last signal of a guard until it is gone. */
const SLACK_MS = 5_000

/** Folders of runs that go on in this process: after a restart in a container somebody else had its process id. */
const inUse = new Set<string>()

export interface Left {
  /**
   * As the newest of those runs left its config that began with `kept` and made something else of it; null when there is none.
   * What was kept since then is newer, and so is what a later run made of it.
   */
  madeOf(kept: string): string | null
  /** To be called once that is kept. */
  remove(): Promise<void>
}

export async function makeFolder(kind: string, fingerprint: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${nameOf(kind, process.pid, fingerprint)}`))
  inUse.add(folder)
  return folder
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  inUse.delete(folder)
}

/** Comes back when no program of theirs is left, or nobody guards it. */
export async function whatWasLeft(
  kind: string,
  fingerprint: string,
  graceMs: number,
  signal: AbortSignal,
): Promise<Left> {
  const folders = readdirSync(tmpdir())
    .filter(isOfTheDead)
    .map((name) => join(tmpdir(), name))
    .filter(isOurs)
  const until = performance.now() + graceMs + SLACK_MS
  for (const folder of folders)
    while (isAlive(read(folder, GUARD_FILE)) && performance.now() < until)
      await wait(LOOK_EVERY_MS, undefined, { signal })
  const own = folders.filter((folder) => isSameConfig(folder, kind, fingerprint)).sort(byAge)
  return {
    madeOf: (kept) =>
      own
        .filter((folder) => read(folder, BEGUN_FILE) === kept)
        .flatMap((folder) => read(folder, CONFIG_FILE) ?? [])
        .findLast((config) => config !== kept) ?? null,
    remove: async () => {
      for (const folder of folders) await removeFolder(folder)
    },
  }
}

const nameOf = (kind: string, pid: number, fingerprint: string) =>
  `heysync-${kind}-${pid}-${fingerprint.slice(0, 12)}-`

function isSameConfig(folder: string, kind: string, fingerprint: string): boolean {
  const [, ofKind, , config] = NAME.exec(basename(folder)) ?? []
  return ofKind === kind && config !== undefined && fingerprint.startsWith(config)
}

function isOfTheDead(name: string): boolean {
  const pid = NAME.exec(name)?.[2]
  if (pid === undefined || inUse.has(join(tmpdir(), name))) return false
  return Number(pid) === process.pid || !isAlive(pid)
}

/** Others may make folders of such names, too, where everybody writes. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}

function isAlive(pid: string | null): boolean {
  if (pid === null) return false
  try {
    return process.kill(Number(pid), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function read(folder: string, file: string): string | null {
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch {
    return null
  }
}

function byAge(a: string, b: string): number {
  return changedAt(a) - changedAt(b)
}

function changedAt(folder: string): number {
  return lstatSync(join(folder, CONFIG_FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
