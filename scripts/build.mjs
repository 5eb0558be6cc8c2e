// Builds dist/: checks TypeScript and writes its declarations, bundles the program and the dashboard, copies what neither
// does (SQL, HTML), and drops what has no source any more.
//
// dist/ is brought up to date in place instead of being wiped, so that a second build is quick and two builds at once
// do no harm. `npm run build -- --clean` starts from nothing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleDashboard, isOfDashboard } from './build-dashboard.mjs'
import { bundleProgram } from './bundle-program.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const buildInfo = join(root, '.cache', 'build.tsbuildinfo')
const bundleInfo = join(root, '.cache', 'bundle.json')
const main = join(dist, 'src', 'main.js')
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

/** Every file below a folder, with absolute paths; nothing when the folder is not there. */
function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

const all = ['src', 'connectors'].flatMap((folder) => filesBelow(join(root, folder)))
const sources = all.filter((path) => !isOfDashboard(relative(root, path)))
const inDist = (path) => join(dist, relative(root, path))
const isTypeScript = (path) => path.endsWith('.ts')
const isCopied = (path) => !isTypeScript(path) && !path.endsWith('.md')

const compiled = sources
  .filter(isTypeScript)
  .filter((path) => !path.endsWith('.d.ts'))
  .map((path) => `${inDist(path).slice(0, -'.ts'.length)}.d.ts`)
const copied = new Map(sources.filter(isCopied).map((path) => [inDist(path), path]))

/** Runs the compiler; true when it found no error. Its messages go straight to the terminal. */
function compile() {
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--incremental', '--tsBuildInfoFile', buildInfo]
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0
}

/** Writes a file unless it already holds these bytes. */
function write(to, bytes) {
  if (existsSync(to) && readFileSync(to).equals(bytes)) return
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, bytes)
}

/** What bundles are made of: the same is not made twice. */
function fingerprint() {
  const hash = createHash('sha256')
  const scripts = readdirSync(join(root, 'scripts')).filter((name) => /^(build|bundle)/.test(name))
  const more = [...scripts.map((name) => join('scripts', name)), 'package.json', 'package-lock.json']
  for (const path of [...all, ...more.map((name) => join(root, name))].sort())
    hash.update(path).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

/** Writes the bundles, unless they are there; resolves to the files. */
async function bundle() {
  const from = fingerprint()
  const last = existsSync(bundleInfo) ? JSON.parse(readFileSync(bundleInfo, 'utf8')) : null
  if (last?.from === from && last.files.every((path) => existsSync(join(dist, path))))
    return last.files.map((path) => join(dist, path))
  const made = [
    ...(await bundleProgram(root)),
    ...[...(await bundleDashboard(root))].map(([name, bytes]) => [
      join('src', 'service', 'dashboard', name),
      bytes,
    ]),
  ]
  for (const [path, bytes] of made) write(join(dist, path), bytes)
  const files = made.map(([path]) => path)
  write(bundleInfo, Buffer.from(JSON.stringify({ from, files })))
  return files.map((path) => join(dist, path))
}

/** Removes files of earlier builds whose source is gone, then the folders that this leaves empty. */
function prune(bundled) {
  const expected = new Set([...compiled, ...copied.keys(), ...bundled])
  for (const path of filesBelow(dist)) {
    if (expected.has(path)) continue
    rmSync(path, { force: true })
    for (let folder = dirname(path); folder !== dist; folder = resolve(folder, '..')) {
      if (readdirSync(folder).length > 0) break
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function build() {
  if (process.argv.includes('--clean')) rmSync(dist, { recursive: true, force: true })
  // The compiler trusts its own notes on what it wrote. Where a file it wrote is missing, the notes are worthless.
  if (!compiled.every((path) => existsSync(path))) rmSync(buildInfo, { force: true })
  if (!compile()) return false
  const missing = compiled.find((path) => !existsSync(path))
  if (missing !== undefined) {
    process.stderr.write(
      `build: the compiler wrote no ${relative(root, missing)}. Run: npm run build -- --clean\n`,
    )
    return false
  }
  for (const [to, from] of copied) write(to, readFileSync(from))
  prune(await bundle())
  if (existsSync(main)) chmodSync(main, 0o755)
  return true
}

process.exitCode = (await build()) ? 0 : 1
