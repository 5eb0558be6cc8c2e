// A command while the service runs: the service does the work, and whoever asked sees what they would have seen without it.
import { expect, test } from 'vitest'
import { csv, type House, people } from '../support.ts'
import { clinic, expectExactly } from './clinic.ts'

const NIGHTLY = { schedule: '0 3 * * *' }

async function withService(home: House) {
  const service = home.start('run')
  await service.said('cycle finished')
  return service
}

/** A tag of the account that goes away and comes back, as people do it in Heymarket. */
async function askAccount(home: House, method: string, path: string, body: object = {}): Promise<void> {
  const headers = { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' }
  const init = method === 'DELETE' ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  expect((await fetch(home.sandbox.url + path, init)).ok).toBe(true)
}

test.each(['alone', 'by the service'])(
  '%s: sync, resync, approve and redrive end with the same report and exit code',
  async (who) => {
    const map = { phone: 'phone', first: 'first', last: 'last', tags: 'tags' }
    const guard = { removals: { ratio: 0.1, min: 5 } }
    const top = { guard, heymarket: { writes: 'single' } }
    const home = await clinic(0, { source: { ...NIGHTLY, map }, top })
    const rows = people(30).map((one) => ({ ...one, tags: '' }))
    const write = () => home.write('contacts.csv', csv(rows))
    write()
    const service = who === 'alone' ? null : await withService(home)
    if (service === null) await home.json(0, 'sync')
    const does = (code: number, ...args: string[]) => home.json<{ cycle: string }>(code, ...args)
    const edit = (at: number, more: object) => {
      Object.assign(rows[at] ?? {}, more)
      write()
    }
    edit(0, { first: 'Edited' })
    expect(await does(0, 'sync')).toMatchObject({
      ...{ mode: 'incremental', status: 'ok', sources: [{ read: 30, unchanged: 29 }] },
      ...{ plan: { update: 1 }, push: { acked: 1 } },
    })
    expect(await does(0, 'resync')).toMatchObject({
      ...{ mode: 'full', status: 'ok', sources: [{ read: 30, unchanged: 30 }], plan: { update: 0 } },
    })
    // A tag that was deleted after its name was looked up.
    await askAccount(home, 'DELETE', '/v1/tag/11')
    edit(1, { tags: 'VIP' })
    expect(await does(1, 'sync')).toMatchObject({ plan: { update: 1 }, push: { acked: 0, deadLettered: 1 } })
    await askAccount(home, 'POST', '/v1/tag', { tag: 'VIP' })
    expect(await does(0, 'redrive')).toMatchObject({ push: { acked: 1, deadLettered: 0 } })
    rows.splice(20)
    write()
    const held = await does(3, 'sync')
    expect(held).toMatchObject({ status: 'held', plan: { remove: 10, held: 10 }, push: { acked: 0 } })
    expect(await does(0, 'approve', held.cycle)).toMatchObject({
      status: 'ok',
      plan: { remove: 10, held: 0 },
    })
    if (service === null) return
    service.signal('SIGTERM')
    const { stderr } = await service.done
    // The first by itself, and each that was asked for.
    expect(stderr.match(/cycle finished/g)).toHaveLength(7)
  },
)

test('who asks a service that dies is told so, and the same command does it', async () => {
  let onWrite = () => {}
  const applied = new Promise<void>((resolve) => {
    onWrite = resolve
  })
  const home = await clinic(3, { source: NIGHTLY, sandbox: { onWrite: () => asked && onWrite() } })
  let asked = false
  const service = await withService(home)
  home.write('contacts.csv', csv(people(40)))
  home.sandbox.configure({ faults: { slowMs: 600_000, writesOnly: 1 } })
  asked = true
  const sync = home.start('sync')
  await applied
  service.signal('SIGKILL')
  const done = await sync.done
  expect(done.stderr).toContain('does it: cycle')
  expect(done.stderr).toContain('heysync run stopped before this was done.')
  expect(done.code).toBe(1)
  home.sandbox.configure({ faults: { slowMs: 0 } })
  expect((await home.run('sync')).code).toBe(0)
  expectExactly(home, people(40))
})
