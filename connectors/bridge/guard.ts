// Owns the guard of a program: a shell that ends the program and what it started when heysync is gone without having done so,
// as after kill -9. It knows by the end of a pipe that nobody but heysync holds, which Linux and macOS close in any case.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

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

/** Returns what sends the guard away. Where there is no shell there is no guard. */
export function startGuard(group: number, folder: string, graceMs: number): () => void {
  const seconds = String(Math.ceil(graceMs / 1_000))
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(group), seconds], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const nobody = () => {}
  guard.on('error', nobody)
  guard.stdin.on('error', nobody)
  if (guard.pid !== undefined) writeFileSync(join(folder, GUARD_FILE), String(guard.pid), { mode: 0o600 })
  return () => void guard.stdin.end('over\n')
}
