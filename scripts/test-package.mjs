// Proves that the package works where only the package is: packs it, installs it with production dependencies in an empty
// folder, and starts it there as a user would. Then a connector is written there, and tested with the kit of the package.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'heysync-package-'))

// A user's npm knows nothing of the settings that this project's .npmrc hands down through `npm run`, and what is read here has no colors.
const kept = Object.entries(process.env).filter(
  ([name]) => !name.startsWith('npm_') && name !== 'FORCE_COLOR',
)
const env = { ...Object.fromEntries(kept), NO_COLOR: '1' }

/** Runs a command and returns what it printed. Throws with all of its output when it does not end well. */
function run(command, args, cwd) {
  process.stdout.write(`test:package: ${command} ${args.join(' ')}\n`)
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(
    `${command} ${args[0]} failed: ${error?.message ?? `exit code ${status}`}\n${stdout}${stderr}`,
  )
}

/** What a program that wants the client alone does, against the sandbox of the same package. */
const CLIENT = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openHeymarket } from 'heysync/heymarket'

const sandbox = spawn('node_modules/.bin/heysync', ['sandbox', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
const [hello] = await once(sandbox.stdout, 'data')
const baseUrl = String(hello).match(/http:[^ ]+/)[0]
const heymarket = openHeymarket({ baseUrl, auth: { secretId: 'sandbox', secretKey: 'sandbox-secret' } })
try {
  const { id } = await heymarket.contacts.create({ phone: '15105553344', first: 'Ana' })
  const contact = await heymarket.contacts.get(id)
  console.log(contact.first, await heymarket.contacts.count())
} finally {
  heymarket.close()
  sandbox.kill()
}
`

/** What a program does that has heysync inside: the same demo people, synced twice. */
const EMBEDDED = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openHeysync } from 'heysync'

const sandbox = spawn('node_modules/.bin/heysync', ['sandbox', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
const [hello] = await once(sandbox.stdout, 'data')
process.env.SANDBOX_URL = String(hello).match(/http:[^ ]+/)[0]
const config = 'node_modules/heysync/config/demo/heysync.yaml'
// The account of the demo has the tags and fields that its config names.
const check = ['check', '--create-fields', '--create-tags', '--config', config]
await once(spawn('node_modules/.bin/heysync', check, { stdio: 'ignore' }), 'close')
const heysync = await openHeysync({ config })
try {
  const first = await heysync.sync()
  const second = await heysync.sync()
  console.log(first.plan.create > 0, second.plan.create, heysync.status().lastCycle.status)
} finally {
  heysync.close()
  sandbox.kill()
}
`

function testPackage() {
  run('npm', ['run', 'build', '--silent'], root)
  run('npm', ['pack', '--silent', '--pack-destination', folder], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack left no .tgz file')

  // Whoever imports it finds the types that belong to it.
  run('npx', ['--no', '--', 'attw', join(folder, tarball), '--profile', 'esm-only', '--quiet'], root)

  const manifest = {
    name: 'somebody',
    private: true,
    type: 'module',
    allowScripts: { 'better-sqlite3': true },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', `./${tarball}`], folder)

  const help = run('npx', ['--no', '--', 'heysync', '--help'], folder)
  if (!help.includes('sync')) throw new Error(`heysync --help printed no commands:\n${help}`)
  run('node', ['-e', "import('heysync/connector').then(() => require('better-sqlite3')(':memory:'))"], folder)
  writeFileSync(join(folder, 'client.mjs'), CLIENT)
  const created = run('node', ['client.mjs'], folder)
  if (created.trim() !== 'Ana 1') throw new Error(`the client alone answered: ${created}`)

  writeFileSync(join(folder, 'embedded.mjs'), EMBEDDED)
  const synced = run('node', ['embedded.mjs'], folder)
  if (synced.trim() !== 'true 0 ok') throw new Error(`heysync inside a program answered: ${synced}`)

  // Whoever writes a connector has vitest beside heysync. The connector's tests load the kit from the package.
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/vitest/package.json'), 'utf8'))
  run('npm', ['install', '--no-audit', '--no-fund', `vitest@${version}`], folder)
  run('npx', ['--no', '--', 'heysync', 'connectors', 'new', 'guestbook'], folder)
  const tests = run('npx', ['--no', '--', 'vitest', 'run'], join(folder, 'heysync-connector-guestbook'))
  if (!/Tests\s+\d+ passed/.test(tests)) throw new Error(`the kit of the package said: ${tests}`)
  process.stdout.write(
    'test:package: the installed package starts, works inside another program, its client works alone, and its kit tests a connector\n',
  )
}

try {
  testPackage()
} catch (error) {
  process.stderr.write(`test:package: ${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
