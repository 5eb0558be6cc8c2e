// Each case of the benchmark in small, so that none of them rots: it runs to its end and prints figures. How fast it was is
// nobody's business here.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NAMES = readdirSync(join(ROOT, 'scripts/bench/cases')).map((file) => file.replace('.mjs', ''))
const CONNECTORS = readdirSync(join(ROOT, 'scripts/bench/connectors'))
  .filter((file) => !/^reading|-vendor/.test(file))
  .map((file) => `connectors/${file.replace('.mjs', '')}`)

test.each([...NAMES.filter((name) => name !== 'connectors'), ...CONNECTORS])(
  '%s runs, and says what it found',
  async (name) => {
    const kept = mkdtempSync(join(tmpdir(), 'heysync-bench-test-'))
    onTestFinished(() => rmSync(kept, { recursive: true, force: true }))
    const env = {
      ...process.env,
      BENCH_RECORDS: '300',
      BENCH_ROUNDS: '1',
      BENCH_KEPT: join(kept, 'bench.json'),
    }
    const child = spawn(process.execPath, ['scripts/bench.mjs', name], { cwd: ROOT, env })
    let said = ''
    let wrong = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
    child.stderr.setEncoding('utf8').on('data', (part: string) => (wrong += part))
    const code = await new Promise((done) => child.on('close', done))
    expect(code, wrong).toBe(0)
    expect(said).toContain(`${name.split('/')[0]}, 300 (`)
    expect(said).toMatch(/peak memory, MB +[1-9]/)
  },
)
