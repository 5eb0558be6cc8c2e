// What an operator deploys names what there is: files, commands, ports, signals and keys, each held against the program.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { commands } from '../../src/cli/table.ts'
import { loadConfig } from '../../src/config/load.ts'
import { type clinicConfig, house } from '../e2e/support.ts'
import { connectors } from '../support/connectors.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const dockerfile = read('Dockerfile')

interface Service {
  readonly command?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly stop_grace_period?: string
  readonly environment?: Record<string, string>
  readonly user?: string
}

test('the Dockerfile passes its linter, and copies what there is', () => {
  expect(validate(dockerfile)).toEqual([])
  const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+)$/gm)].flatMap(([, words = '']) =>
    words.split(' ').slice(0, -1),
  )
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
  const ignored = read('.dockerignore')
  for (const path of copied) expect(ignored, path).toContain(`!${path}`)
})

test('the image runs as somebody without rights, under an init, and says how it is', () => {
  const end = dockerfile.slice(dockerfile.lastIndexOf('FROM '))
  for (const line of [
    'USER node',
    'ENTRYPOINT ["tini", "--", "heysync"]',
    'HEALTHCHECK',
    'STOPSIGNAL SIGTERM',
  ])
    expect(end).toContain(line)
  const [, lts] = /^const LTS = '(\d+)\./m.exec(read('scripts/test-on-lts.mjs')) ?? []
  expect([...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, line]) => line)).toEqual([lts, lts])
})

test('compose.yaml mounts and starts what there is', () => {
  const { services } = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, Service> }
  const names = new Set(commands.map(({ name }) => name))
  for (const [name, { command, volumes = [], ports = [] }] of Object.entries(services)) {
    for (const volume of volumes.filter((one) => one.startsWith('./')))
      expect(existsSync(join(root, volume.split(':')[0] ?? '')), volume).toBe(true)
    for (const port of ports) expect(port, 'only this machine').toMatch(/^127\.0\.0\.1:/)
    if (name !== 'litestream' && command) expect(names).toContain(command[0])
  }
  expect(services.heysync?.stop_grace_period).toBe('20s')
})

test('what compose tries out is a config that the program takes, and that its sandbox is equal to', async () => {
  const env = { HEYSYNC_TOKEN: 'only-for-trying-it-out' }
  const path = join(root, 'config/deploy/try.yaml')
  expect(loadConfig({ path, env, cwd: root, connectors }).warnings).toEqual([])
  const home = await house()
  const text = readFileSync(path, 'utf8')
    .replace('http://127.0.0.1:8781', home.sandbox.url)
    .replace('/data/heysync.db', './data/heysync.db')
    .replace('../demo/contacts.csv', join(root, 'config/demo/contacts.csv'))
    .replace('0.0.0.0:8780', '127.0.0.1:0')
    .replace('${HEYSYNC_TOKEN}', env.HEYSYNC_TOKEN)
  home.config(parse(text) as ReturnType<typeof clinicConfig>)
  const report = await home.json<{ status: string; plan: { create: number; listAdd: number } }>(0, 'sync')
  expect(report.status).toBe('ok')
  expect([report.plan.create > 0, report.plan.listAdd > 0]).toEqual([true, true])
})

test('the systemd unit starts the program, hands on its signals, and does not repeat what needs a person', () => {
  const unit = read('config/deploy/heysync.service')
  expect(unit).toContain('heysync run --config /etc/heysync/heysync.yaml')
  expect(unit).toContain('RestartPreventExitStatus=2 5')
  expect(unit).toContain('ExecReload=/bin/kill -HUP $MAINPID')
})

test('systemd itself takes the unit', ({ skip }) => {
  const { status, stderr, error } = spawnSync(
    'systemd-analyze',
    ['verify', join(root, 'config/deploy/heysync.service')],
    { encoding: 'utf8' },
  )
  if (error) skip('systemd-analyze is not here: apt-get install systemd')
  expect([status, stderr]).toEqual([0, ''])
})

test('the manifest for Kubernetes runs one daemon without rights, on a volume, and asks it how it is', () => {
  const [set, service] = parseAllDocuments(read('config/deploy/kubernetes.yaml')).map((one) => one.toJS())
  expect([set.kind, service.kind, set.spec.replicas]).toEqual(['StatefulSet', 'Service', 1])
  const [container] = set.spec.template.spec.containers
  expect(container.securityContext).toMatchObject({
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
  })
  expect(container.readinessProbe.httpGet.path).toBe('/readyz')
  expect(container.args).toEqual(['run'])
  expect(container.volumeMounts.map((one: { mountPath: string }) => one.mountPath)).toEqual([
    '/config',
    '/data',
    '/tmp',
  ])
})
