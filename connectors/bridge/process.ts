// Owns the program that does the reading: how it is started, listened to, and ended. It runs in real time, so its limits are real timers.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { ConnectorError } from 'heysync/connector'
import { startGuard } from './guard.ts'

export interface Launch {
  /** Program and arguments. No shell is between. */
  readonly command: readonly string[]
  /** Where a program that is named by a path is looked for. */
  readonly baseDir: string
  /** The folder that it runs in. */
  readonly folder: string
  /** Names of variables that it gets beside the usual ones. */
  readonly env: readonly string[]
  /** Silence on both of its outputs while it is listened to, its whole life, and its time to end by itself; in milliseconds. */
  readonly idleMs: number
  readonly totalMs: number
  readonly graceMs: number
  readonly signal: AbortSignal
  redact(text: string): string
}

type Child = ChildProcessByStdio<null, Readable, Readable>

/** What a program needs to find its parts and the network; nothing that is secret. */
const USUAL_ENV = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
const MAX_LINE_CHARS = 32_000_000
/** Kept of what it says on stderr, and shown of it. */
const TAIL_CHARS = 65_536
const SHOWN_CHARS = 500

/**
 * Lines of its stdout as they come, several at a time; while nobody asks for more, it waits. Errors: ConnectorError when it
 * cannot be started, is silent or busy for too long, or ends with another code than 0.
 */
export async function* linesOf(launch: Launch): AsyncGenerator<readonly string[]> {
  const { signal, idleMs, totalMs } = launch
  signal.throwIfAborted()
  const program = start(launch)
  const { child, fail } = program
  const onAbort = () => fail(signal.reason)
  signal.addEventListener('abort', onAbort)
  const total = setTimeout(() => fail(tooLong('took', 'totalSeconds', totalMs)), totalMs)
  let idle: NodeJS.Timeout | undefined
  const listen = () => {
    clearTimeout(idle)
    idle = setTimeout(() => fail(tooLong('said nothing for', 'idleSeconds', idleMs)), idleMs)
  }
  child.stderr.on('data', () => {
    if (idle !== undefined) listen()
  })
  try {
    let rest = ''
    const chunks: AsyncIterator<string> = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]()
    for (;;) {
      listen()
      const { done, value } = await chunks.next()
      if (done === true) break
      clearTimeout(idle)
      idle = undefined
      const lines = value.split('\n')
      lines[0] = rest + (lines[0] ?? '')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE_CHARS) throw failed('It wrote a line of more than 32 million characters.')
      if (lines.length > 0) yield lines
      signal.throwIfAborted()
    }
    if (rest !== '') yield [rest]
    listen()
    await program.closed
  } catch (error) {
    throw program.failure() ?? error
  } finally {
    clearTimeout(idle)
    clearTimeout(total)
    signal.removeEventListener('abort', onAbort)
    await program.stop()
  }
  const failure = program.failure() ?? program.exitError()
  if (failure !== null) throw failure
}

function start({ command, baseDir, folder, env, graceMs, redact }: Launch) {
  const [name = '', ...args] = command
  const file = name.includes('/') ? resolve(baseDir, name) : name
  const kept = [...USUAL_ENV, ...env].flatMap((key) => {
    const value = process.env[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  // A group of its own, so that what it starts ends with it.
  const child: Child = spawn(file, args, {
    cwd: folder,
    env: { PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1', ...Object.fromEntries(kept) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  })
  // Where the system has no room for it, nothing of it is there, not even its outputs.
  if ((child.stdout as Readable | undefined) === undefined) {
    child.once('error', () => {})
    throw noRoom(name)
  }
  const relieve = child.pid === undefined ? null : startGuard(child.pid, folder, graceMs)
  let failure: unknown = null
  let tail = ''
  let over = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail += text
    if (tail.length > 2 * TAIL_CHARS) tail = `\n${afterFirstLine(tail.slice(-TAIL_CHARS))}`
  })
  const exited = new Promise<void>((done) => {
    const end = () => {
      over = true
      done()
    }
    child.once('exit', end).once('error', end)
  })
  const closed = new Promise<void>((done) => void child.once('close', () => done()))
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    } catch {
      // Nobody of the group is left.
    }
  }
  const end = async () => {
    if (!over) {
      kill('SIGTERM')
      const last = setTimeout(() => kill('SIGKILL'), graceMs)
      await exited
      clearTimeout(last)
    }
    // Those that it started and did not wait for.
    kill('SIGKILL')
    relieve?.()
    child.stdout.destroy()
    child.stderr.destroy()
  }
  let ending: Promise<void> | undefined
  const stop = () => {
    ending ??= end()
    return ending
  }
  const fail = (error: unknown) => {
    failure ??= error
    child.stdout.destroy()
    void stop()
  }
  child.once('error', (error) => fail(notStarted(name, error)))
  return {
    child,
    closed,
    stop,
    fail,
    failure: () => failure,
    exitError: () => {
      const { exitCode, signalCode } = child
      if (exitCode === 0) return null
      const how = signalCode === null ? `with code ${exitCode}` : `by the signal ${signalCode}`
      const said = redact(tail).trim().slice(-SHOWN_CHARS)
      return failed(`${name} ended ${how}.`, said === '' ? 'It said nothing on stderr.' : `It said: ${said}`)
    },
  }
}

/** Half a line may hold half a secret, which nobody would recognise. */
function afterFirstLine(text: string): string {
  const at = text.indexOf('\n')
  return at === -1 ? '' : text.slice(at + 1)
}

function failed(message: string, hint?: string): ConnectorError {
  return new ConnectorError('failed', { message, ...(hint === undefined ? {} : { hint }) })
}

function tooLong(what: string, option: string, ms: number): ConnectorError {
  const hint = `If it needs longer, set ${option} higher. If it hangs, run the command by hand and look.`
  return failed(`The program ${what} ${ms / 1_000} seconds, and was stopped.`, hint)
}

function noRoom(name: string): ConnectorError {
  const message = `${name} could not be started: the system has no room for another process.`
  return failed(message, 'Let heysync open more files (ulimit -n), or close what holds them.')
}

function notStarted(name: string, error: Error): ConnectorError {
  const { code } = error as NodeJS.ErrnoException
  return new ConnectorError('not-found', {
    message: `${name} could not be started (${code ?? error.message}).`,
    hint: 'The first word of command must be a program that is installed for the user that runs heysync. A path starts from the folder of the config file.',
  })
}
