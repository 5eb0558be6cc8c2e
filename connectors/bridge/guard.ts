// Owns the guard of a program: a shell that ends the program and what it started when heysync is gone without having done so,
// as after kill -9. It knows by the end of a pipe that nobody but heysync holds, which Linux and macOS close in any case.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

/** In the private folder: the process id of the guard. */
export const GUARD_FILE = 'guard'

/** $1: the group. $2: seconds that it has to end by itself. A line means that heysync did it. */
const SCRIPT = `
trap '' HUP INT TERM
read -r line && exit
kill -TERM "-$1"
left=$2
while kill -0 "-$1" && [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done
kill -KILL "-$1"
`

/**
 * Returns what sends the guard away. Where there is no shell, or the system has no room for another process, there is no
 * guard: the program runs already, and its run goes on.
 */
export function startGuard(group: number, folder: string, graceMs: number): () => void {
  const seconds = String(Math.ceil(graceMs / 1_000))
  const nobody = () => {}
  try {
    const guard = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(group), seconds], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    guard.on('error', nobody)
    // Without a free file descriptor there is no pipe either, whatever the types say.
    const stdin = guard.stdin as Writable | undefined
    stdin?.on('error', nobody)
    const relieve = () => void stdin?.end('over\n')
    if (guard.pid !== undefined) noteGuard(folder, guard.pid)
    return relieve
  } catch {
    return nobody
  }
}

/** Without it the next run does not wait for the guard, which does its work all the same. */
function noteGuard(folder: string, pid: number): void {
  try {
    writeFileSync(join(folder, GUARD_FILE), String(pid), { mode: 0o600 })
  } catch {
    // No room for a file.
  }
}
