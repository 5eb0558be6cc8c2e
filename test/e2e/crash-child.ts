// Owns the program under test as a child process: started with a config, and killed when the sandbox has answered so
// many of its requests, or after so long.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built program; another build can be named while developing. */
const PROGRAM =
  process.env.HEYSYNC_TEST_PROGRAM ?? fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))

export interface Ending {
  /** Null when it was killed. */
  readonly exitCode: number | null
  readonly killed: boolean
  readonly stdout: string
  readonly stderr: string
}

/** Counts down requests; `onRequest` is for the sandbox. */
export interface Executioner {
  onRequest(): void
  /** Calls `strike` at request number `requests` from now on, `turns` turns of the event loop later. */
  aim(requests: number, turns: number, strike: () => void): void
  rest(): void
}

export function makeExecutioner(): Executioner {
  let left = 0
  let turns = 0
  let strike: (() => void) | null = null
  const wait = (rest: number, then: () => void) => {
    if (rest === 0) then()
    else setImmediate(() => wait(rest - 1, then))
  }
  return {
    onRequest() {
      if (strike === null || --left > 0) return
      const now = strike
      strike = null
      wait(turns, now)
    },
    aim(requests, afterTurns, then) {
      left = requests
      turns = afterTurns
      strike = then
    },
    rest() {
      strike = null
    },
  }
}

/** When to kill: at a request that the executioner counts, or so long after the start. */
export type Kill = { executioner: Executioner; requests: number; turns: number } | { afterMs: number }

/** Runs `heysync <args>` in `cwd` to its end; with `kill` it ends by SIGKILL unless it is done before. */
export function runHeysync(args: readonly string[], cwd: string, kill?: Kill): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const rest = kill === undefined ? () => {} : prepare(kill, () => child.kill('SIGKILL'))
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      rest()
      resolve({ exitCode, killed: signal === 'SIGKILL', stdout, stderr })
    })
  })
}

/** Returns what calls the kill off. */
function prepare(kill: Kill, strike: () => void): () => void {
  if ('afterMs' in kill) {
    const timer = setTimeout(strike, kill.afterMs)
    return () => clearTimeout(timer)
  }
  kill.executioner.aim(kill.requests, kill.turns, strike)
  return () => kill.executioner.rest()
}
