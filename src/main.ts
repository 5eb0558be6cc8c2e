#!/usr/bin/env node
// The bin entry: the world outside is gathered here, and only here is the exit code set.
import { readFileSync } from 'node:fs'
import NodeModule from 'node:module'
import { createInterface } from 'node:readline/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createColors } from 'picocolors'
import type { Io } from './cli/io.ts'
import { systemClock } from './lib/clock.ts'
import { keepHeapLow } from './lib/heap.ts'
import { enableTraces, wantsTraces } from './lib/tracing.ts'

keepHeapLow()

// Node 22 and later keep what they compiled for the next start.
const { enableCompileCache } = NodeModule as unknown as { enableCompileCache?: () => void }
enableCompileCache?.()

const { runProgram } = await import('./cli/program.ts')

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first lets the work come to a clean end, the second ends it where it is.
    if (stopping.signal.aborted) process.exit(1)
    stopping.abort()
  })
}
// A reader such as `head` that closes early is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const terminal = process.stderr.isTTY === true
const colors =
  process.env.NO_COLOR === undefined &&
  (process.stdout.isTTY === true || process.env.FORCE_COLOR !== undefined)

const io: Io = {
  data: (text) => void process.stdout.write(text),
  dataParts: async (parts) => {
    try {
      await pipeline(Readable.from(parts), process.stdout, { end: false })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    }
  },
  say: (text) => void process.stderr.write(`${text}\n`),
  confirm: async (question) => {
    if (process.stdin.isTTY !== true) return false
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    const answer = await lines.question(`${question} [y/N] `, { signal: stopping.signal })
    lines.close()
    return /^y(es)?$/i.test(answer.trim())
  },
  interactive: process.stdin.isTTY === true,
  prompts: async () => {
    if (process.stdin.isTTY !== true || !terminal) return null
    const { clackPrompts } = await import('./cli/clack-prompts.ts')
    return clackPrompts({ input: process.stdin, output: process.stderr, io })
  },
  terminal,
  // COLUMNS: where nobody sees a terminal, what one would show can still be asked for.
  columns: process.stdout.columns ?? (Number(process.env.COLUMNS) || 200),
  color: createColors(colors),
  env: process.env,
  cwd: process.cwd(),
  signal: stopping.signal,
  onHangUp: (act) => void process.on('SIGHUP', act),
  uptimeMs: () => process.uptime() * 1000,
  clock: systemClock,
  random: Math.random,
  errorStream: process.stderr,
}

if (wantsTraces(process.env)) {
  if (!(await enableTraces())) io.say('OTEL_… is set, but @opentelemetry/api is not installed: no traces.')
}

process.exitCode = await runProgram(process.argv.slice(2), version, io)
