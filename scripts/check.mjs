// Runs every `check:…` script of package.json in the order they stand there, the quickest first, and stops at the first
// that fails. `npm run check:imports`, say, runs one alone.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** Runs one script of package.json; true when it succeeded. */
function passes(name) {
  const startedAt = performance.now()
  const run = spawnSync('npm', ['run', '--silent', name], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const passed = run.status === 0
  process.stdout.write(`${passed ? 'ok    ' : 'failed'} ${name} (${seconds} s)\n`)
  return passed
}

const failed = Object.keys(scripts)
  .filter((name) => name.startsWith('check:'))
  .find((name) => !passes(name))

if (failed !== undefined) {
  process.stderr.write(`\nThe check "${failed}" failed. Run it alone with: npm run ${failed}\n`)
  process.exitCode = 1
}
