// Owns what the end-to-end tests share: a temp folder with a config, a sandbox, and the built program run as a user runs it.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import {
  type RequestEntry,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/server.ts'

/** The program under test: `npm run build` makes it. HEYSYNC_TEST_PROGRAM names another build. */
const PROGRAM =
  process.env.HEYSYNC_TEST_PROGRAM ?? fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))

export interface Done {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly done: Promise<Done>
  /** Resolves once stderr holds the text this many times; rejects when the program ends without it. */
  said(text: string, times?: number): Promise<void>
  signal(name: NodeJS.Signals): void
}

export type Tree = Record<string, unknown>

export interface House {
  readonly dir: string
  readonly sandbox: Sandbox
  /** Runs `heysync …` in the folder to its end. */
  run(...args: string[]): Promise<Done>
  /** Runs it, expects this exit code, and reads stdout as JSON. */
  json<T = Tree>(code: number, ...args: string[]): Promise<T>
  start(...args: string[]): Running
  /** Runs a line of shell in the folder, in which `$heysync` is the program. */
  shell(script: string, env?: Readonly<Record<string, string>>): Running
  /** Writes a file that was last changed a minute ago, so that nobody waits for it to settle. */
  write(name: string, content: string | Uint8Array): void
  remove(name: string): void
  config(tree: Tree): void
  /** Resolves once the sandbox holds as many contacts as this. */
  holds(count: number): Promise<void>
  /** Runs `work` and returns the requests that the sandbox got meanwhile. */
  requestsOf(work: () => Promise<unknown>): Promise<readonly RequestEntry[]>
  /** Every row of the mirror as text: not the log of cycles and not the request budget. Null without a database. */
  mirror(): Readonly<Record<string, readonly string[]>> | null
}

/** A folder with a sandbox, gone when the test ends. */
export async function house(options: SandboxOptions = {}): Promise<House> {
  const dir = mkdtempSync(join(tmpdir(), 'heysync-e2e-'))
  const onRequest = new Set<() => void>()
  const sandbox = await startSandbox({
    port: 0,
    requestsPerMinute: 100_000,
    onRequest: () => onRequest.forEach((tell) => void tell()),
    ...options,
  })
  const children = new Set<ChildProcess>()
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGKILL')
    await sandbox.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const launch = (
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Running => {
    const { PATH = '' } = process.env
    const child = spawn(command, args, {
      cwd: dir,
      env: { PATH, HOME: dir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    return watch(child, () => children.delete(child))
  }
  const start = (...args: string[]) => launch(process.execPath, [PROGRAM, ...args], {})
  const run = (...args: string[]) => start(...args).done
  return {
    dir,
    sandbox,
    start,
    shell: (script, env = {}) =>
      launch('sh', ['-c', script], { ...env, heysync: `${process.execPath} ${PROGRAM}` }),
    run,
    json: async (code, ...args) => {
      const done = await run(...args, '--json')
      if (done.code !== code)
        throw new Error(
          `heysync ${args.join(' ')} ended with ${done.code}, not ${code}:\n${done.stderr}${done.stdout}`,
        )
      return JSON.parse(done.stdout)
    },
    write: (name, content) => {
      const path = join(dir, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
      const minuteAgo = new Date(Date.now() - 60_000)
      utimesSync(path, minuteAgo, minuteAgo)
    },
    remove: (name) => rmSync(join(dir, name), { recursive: true, force: true }),
    config: (tree) => writeFileSync(join(dir, 'heysync.yaml'), stringify(tree), { mode: 0o600 }),
    holds: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (sandbox.store.contacts().length < count) return
          onRequest.delete(look)
          resolve()
        }
        onRequest.add(look)
        look()
      }),
    requestsOf: async (work) => {
      const before = sandbox.store.requests().length
      await work()
      return sandbox.store.requests().slice(before)
    },
    mirror: () => dump(join(dir, 'data/heysync.db')),
  }
}

function watch(child: ChildProcess, ended: () => void): Running {
  let stdout = ''
  let stderr = ''
  let over = false
  let listeners: (() => void)[] = []
  const tell = () => {
    for (const listener of listeners) listener()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    tell()
  })
  const done = new Promise<Done>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      over = true
      ended()
      tell()
      resolve({ code, stdout, stderr })
    })
  })
  return {
    done,
    said: (text, times = 1) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (stderr.split(text).length > times) resolve()
          else if (over) reject(new Error(`The program ended without saying "${text}":\n${stderr}`))
          else return
          listeners = listeners.filter((one) => one !== look)
        }
        listeners.push(look)
        look()
      }),
    signal: (name) => void child.kill(name),
  }
}

/** What a cycle leaves in these says that it ran, not what it found. */
const BOOKKEEPING = new Set(['cycle', 'request_slot', 'request_count'])

function dump(path: string): Record<string, string[]> | null {
  if (!existsSync(path)) return null
  const db = new Database(path, { readonly: true })
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
    return Object.fromEntries(
      tables
        .filter((table) => !BOOKKEEPING.has(table))
        .map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all().map(rowText).sort()]),
    )
  } finally {
    db.close()
  }
}

function rowText(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'data' in value && 'type' in value
      ? Buffer.from(value.data as number[]).toString('hex')
      : value,
  )
}

/** Changes the database by hand, between two runs of the program. */
export function sql(home: House, text: string): void {
  const db = new Database(join(home.dir, 'data/heysync.db'))
  db.exec(text)
  db.close()
}

/** Requests that may change something in Heymarket. */
export function writes(requests: readonly RequestEntry[]): string[] {
  const creating = new Set([
    '/v1/contact',
    '/v1/batch/contacts',
    '/v2/contacts',
    '/v2/lists',
    '/v1/tag',
    '/v1/contacts/fields',
    '/v1/contact/set_status',
  ])
  return requests
    .filter(({ method, path }) => method === 'PUT' || method === 'DELETE' || creating.has(path))
    .map(({ method, path }) => `${method} ${path}`)
}

/** A config for the sandbox with one csv source, as an operator writes it; `source` and `top` lay their keys over it. */
export function clinicConfig(url: string, source: Tree = {}, { heymarket = {}, ...top }: Tree = {}): Tree {
  return {
    heymarket: {
      baseUrl: url,
      auth: { secretId: 'sandbox', secretKey: 'sandbox-secret' },
      requestsPerMinute: 100_000,
      ...(heymarket as Tree),
    },
    defaultCountry: 'US',
    sources: [
      {
        id: 'clinic',
        connector: 'csv',
        options: { path: './contacts.csv', idColumn: 'id' },
        map: { phone: 'phone', first: 'first', last: 'last' },
        ...source,
      },
    ],
    service: { listen: '127.0.0.1:0' },
    ...top,
  }
}

export interface Person {
  readonly id: string
  readonly phone: string
  readonly first: string
  readonly last: string
  readonly [column: string]: string
}

/** `count` people with numbers 15102000001 and up. */
export function people(count: number): Person[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `P-${String(index + 1).padStart(4, '0')}`,
    phone: `+1 510 200 ${String(index + 1).padStart(4, '0')}`,
    first: `Ann${index + 1}`,
    last: 'Lee',
  }))
}

/** The file of these people, with the header of the first. */
export function csv(
  rows: readonly Readonly<Record<string, string>>[],
  header = Object.keys(rows[0] ?? {}),
): string {
  const line = (cells: readonly string[]) =>
    `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`
  return line(header) + rows.map((row) => line(header.map((column) => row[column] ?? ''))).join('')
}
