// heysync is killed while a program reads: what it leaves behind, and how the next run begins.
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { singerConnector } from '../../../connectors/bridge/singer.ts'
import { aChild } from '../../support/child.ts'
import { tempFolder } from '../../support/folder.ts'
import { bridge } from './harness.ts'
import { commandOf, SECRET } from './world.ts'

const SCHEMA = '{"type":"SCHEMA","stream":"people","schema":{},"key_properties":["id"]}'
const RECORD = '{"type":"RECORD","stream":"people","record":{"id":7}}'

const PULL = `
import { singerConnector } from './connectors/bridge/singer.js'
import { connectorContext } from './src/connector/context.js'
const nothing = () => {}
const context = connectorContext({
  signal: new AbortController().signal,
  baseDir: '/',
  clock: { now: () => 0, sleep: async () => {} },
  log: { debug: nothing, info: nothing, warn: nothing },
})
const request = { mode: 'full', window: { from: null, to: '2030-01-15T12:00:00Z' }, token: null, resumeAfter: null }
for await (const page of singerConnector.pull(singerConnector.options.parse(JSON.parse(process.argv[2])), request, context));
`

/** Begins anew where few files may be open, and takes all of them before a guard and a program are started. */
const CROWDED = `
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { once } from 'node:events'
import { startGuard } from './connectors/bridge/guard.js'
import { linesOf } from './connectors/bridge/process.js'
const [, script, folder, crowded] = process.argv
if (crowded === undefined) {
  const again = ['-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, script, folder, 'crowded']
  process.exit((await once(spawn('/bin/sh', again, { stdio: 'inherit' }), 'exit'))[0])
}
const program = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore' })
const taken = []
try { for (;;) taken.push(openSync('/dev/null')) } catch {}
const relieve = startGuard(program.pid, folder, 1000)
relieve()
const launch = { command: ['/bin/echo'], baseDir: '/', folder, env: [], idleMs: 9000, totalMs: 9000, graceMs: 1000 }
const lines = linesOf({ ...launch, signal: new AbortController().signal, redact: (text) => text })
const said = await lines.next().then(() => 'started', (error) => error.message)
for (const fd of taken) closeSync(fd)
// What a spawn that failed has to tell comes later.
await new Promise((done) => setImmediate(done))
process.kill(-program.pid, 'SIGKILL')
process.exit(said.includes('no room for another process') ? 0 : 3)
`

/** Programs hold a line open to it for as long as they live; `heard` is who came and went. */
async function aListener() {
  const heard: string[] = []
  const server = createServer((socket) => {
    heard.push('begins')
    server.emit('heard')
    socket.on('error', () => {})
    socket.on('close', () => void heard.push('ends'))
    onTestFinished(() => void socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { heard, port: (server.address() as AddressInfo).port, somebody: once(server, 'heard') }
}

function aTemporaryFolder(): string {
  const folder = tempFolder()
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  return folder
}

const left = (folder: string) => readdirSync(folder).filter((name) => /^heysync-(singer|airbyte)/.test(name))

test('the program ends before the next run begins, whose config is what it left, and nothing stays behind', async () => {
  const folder = aTemporaryFolder()
  const { heard, port, somebody } = await aListener()
  const full = { api_key: SECRET, method: 'FULL_TABLE' }
  const rotated = JSON.stringify({ ...full, act: { knock: port, lines: [SCHEMA, RECORD] } })
  const config = { ...full, act: { rewrite: rotated, deaf: true, knock: port, hang: true } }
  const options = { command: commandOf('tap.mjs'), config, stream: 'people', graceSeconds: 1 }
  const killed = aChild(PULL, JSON.stringify(options))
  await somebody
  expect(left(folder)).toHaveLength(1)
  await killed.kill()
  const { pull, kept } = await bridge(singerConnector, 'tap.mjs')
  const { records } = await pull(config, { graceSeconds: 1 })
  expect(heard.slice(0, 3)).toEqual(['begins', 'ends', 'begins'])
  expect(records.map(({ id }) => id)).toEqual(['7'])
  expect([...kept.values()].join()).toContain(JSON.stringify(rotated).slice(1, -1))
  expect(left(folder)).toEqual([])
})

test('what a killed run left is kept only where it made something of it, and nothing came later', async () => {
  const folder = aTemporaryFolder()
  const { pull, kept } = await bridge(singerConnector, 'tap.mjs')
  const token = (refresh_token: string) =>
    JSON.stringify({ method: 'FULL_TABLE', act: { lines: [SCHEMA] }, refresh_token })
  const config = { method: 'FULL_TABLE', act: { lines: [SCHEMA], rewrite: token('B') } }
  // Shows under which name a config is kept, and with which fingerprint.
  await pull(config)
  const [[name = '', text = ''] = []] = [...kept]
  const { fingerprint } = JSON.parse(text) as { fingerprint: string }
  const keptAfter = async (files: { begun?: string; config: string }) => {
    kept.set(name, JSON.stringify({ fingerprint, config: token('B') }))
    const left = join(folder, `heysync-singer-999999999-${fingerprint.slice(0, 12)}-AAAAAA`)
    mkdirSync(left)
    writeFileSync(join(left, 'config.json'), token(files.config))
    if (files.begun !== undefined) writeFileSync(join(left, 'begun.json'), token(files.begun))
    await pull(config)
    const { config: now } = JSON.parse(kept.get(name) ?? '') as { config: string }
    return (JSON.parse(now) as { refresh_token: string }).refresh_token
  }
  expect(await keptAfter({ begun: 'B', config: 'C' })).toBe('C')
  expect(await keptAfter({ begun: 'A', config: 'A' })).toBe('B')
  expect(await keptAfter({ begun: 'A', config: 'C' })).toBe('B')
  expect(await keptAfter({ config: 'A' })).toBe('B')
})

test('folders of who still runs, and of nobody we know, are left alone; those of the dead go', async () => {
  const folder = aTemporaryFolder()
  const make = (name: string) => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'config.json'), '{"refresh_token":"of another config"}')
    return name
  }
  // No process has so large an id.
  const dead = [
    make('heysync-singer-999999999-0123456789ab-AAAAAA'),
    make(`heysync-airbyte-${process.pid}-0123456789ab-BBBBBB`),
  ]
  const others = [
    make(`heysync-singer-${process.ppid}-0123456789ab-CCCCCC`),
    make('heysync-singer-of-somebody'),
  ]
  const { pull, kept } = await bridge(singerConnector, 'tap.mjs')
  expect(left(folder)).toEqual([...dead, ...others].sort())
  await pull({ method: 'FULL_TABLE', act: { lines: [SCHEMA] } })
  expect(left(folder)).toEqual(others.sort())
  expect([...kept.values()]).toEqual([])
})

test('where no more files may be open there is no guard, and no program: an error says so, and nothing else breaks', async () => {
  expect(await aChild(CROWDED, tempFolder()).ended()).toBe(0)
})
