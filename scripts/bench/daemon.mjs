// `heysync run` for a benchmark: the built program in a process of its own, which is watched from within.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))
const WATCH = new URL('./watch.mjs', import.meta.url).href

/** Resolves when it is ready. */
async function startDaemon(folder, env) {
  const watched = join(folder, 'watched.json')
  const child = spawn(process.execPath, ['--import', WATCH, PROGRAM, 'run'], {
    cwd: folder,
    env: { ...process.env, ...env, BENCH_WATCHED: watched },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  let said = ''
  const ready = new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (part) => {
      said = `${said}${part}`.slice(-10_000)
      const [, readyMs] = /"readyMs":(\d+)/.exec(said) ?? []
      const [, url] = /"url":"(http:\/\/127[^"]+)"/.exec(said) ?? []
      if (readyMs !== undefined && url !== undefined) resolve({ readyMs: Number(readyMs), url })
    })
    child.on('exit', () => reject(new Error(`heysync run ended:\n${said.slice(-2_000)}`)))
  })
  const { readyMs, url } = await ready
  return {
    readyMs,
    url,
    pid: child.pid,
    /** From here on its event loop is watched. */
    watchAnew: () => child.kill('SIGUSR2'),
    /** What was seen of it, and how long it took to end. */
    async stop() {
      const begun = performance.now()
      child.kill('SIGTERM')
      const [code] = await ended
      const stopMs = performance.now() - begun
      if (code !== 0) throw new Error(`heysync run ended with ${code}:\n${said.slice(-2_000)}`)
      return { ...JSON.parse(readFileSync(watched, 'utf8')), stopMs }
    },
    /** Where something went wrong. */
    kill: () => child.kill('SIGKILL'),
  }
}

/** Runs `work` with a daemon that is gone at the end. Returns what it says, and what was seen of the daemon. */
export async function withDaemon(folder, env, work) {
  const daemon = await startDaemon(folder, env)
  try {
    const result = await work(daemon)
    const { peakMb, longestBlockMs, stopMs } = await daemon.stop()
    return { peakMb, longestBlockMs, stopMs, readyMs: daemon.readyMs, ...result }
  } catch (error) {
    daemon.kill()
    throw error
  }
}
