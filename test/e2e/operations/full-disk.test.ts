// A full disk, really full: a file system of its own, where this user may mount one; and a limit as a quota sets it.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { type House, people, type Running } from '../support.ts'
import { clinic, EVERY_SECOND, expectExactly, ONE_BY_ONE } from './clinic.ts'

const IN_OWN_MOUNTS = 'unshare --map-root-user --mount sh -c'
const mayMount = spawnSync('sh', ['-c', `${IN_OWN_MOUNTS} "mount -t tmpfs none /mnt"`]).status === 0

const COUNT = 1000
const FULL =
  /^Error ERR_DATABASE_FULL The disk that holds \S.* is full\.\nTry {3}Free some space and run the same command again; nothing that was saved is lost\.$/m

/** Runs these lines of shell with a disk of `size` at ./data, where the database goes. They may hold no single quotes. */
function withDisk(home: House, size: string, ...lines: string[]): Running {
  home.write('data/.keep', '')
  const all = [`mount -t tmpfs -o size=${size} none data`, ...lines]
  return home.shell(`exec ${IN_OWN_MOUNTS} '${all.join('\n')}'`)
}

/** A line of shell that waits for a file of this name. */
const waitFor = (name: string) => `until [ -e ${name} ]; do sleep 0.05; done`
const MORE_ROOM = 'mount -o remount,size=64m data'
const FIRST = '$heysync sync >&2; echo "ended with $?" >&2'
const AGAIN = '$heysync sync --json'

describe.skipIf(!mayMount)('a full disk', () => {
  test.each([
    { when: 'before the database is made', size: '40k' },
    { when: 'during the pull', size: '600k' },
  ])('$when: nothing is sent, and with room again the same command does it all', async ({ size }) => {
    const home = await clinic(COUNT)
    const done = await withDisk(home, size, FIRST, MORE_ROOM, AGAIN).done
    expect(done.stderr).toMatch(FULL)
    expect(done.stderr).toContain('ended with 1')
    expect(done.stderr).not.toContain('to create')
    expect(JSON.parse(done.stdout)).toMatchObject({ status: 'ok', plan: { create: COUNT } })
    expectExactly(home, people(COUNT))
  })

  test('during the push: heysync stops sending, and with room again the rest is written, nobody twice', async () => {
    const home = await clinic(COUNT, { sandbox: ONE_BY_ONE })
    home.sandbox.configure({ faults: { slowMs: 50 } })
    const fill = `{ ${waitFor('fill')}; dd if=/dev/zero of=data/filler bs=1k 2>/dev/null; } &`
    const running = withDisk(home, '16m', fill, FIRST, waitFor('room'), MORE_ROOM, AGAIN)
    await home.holds(20)
    home.write('fill', '')
    await running.said('ended with 1')
    const written = home.sandbox.store.contacts().length
    expect(written).toBeLessThan(COUNT)
    home.write('room', '')
    const done = await running.done
    expect(done.stderr).toMatch(FULL)
    expect(JSON.parse(done.stdout)).toMatchObject({ status: 'ok', push: { retrying: 0, deadLettered: 0 } })
    expectExactly(home, people(COUNT))
  })

  test('under run: each cycle says so, and the first with room does it all', async () => {
    const home = await clinic(COUNT, { source: EVERY_SECOND })
    const service = withDisk(home, '600k', `{ ${waitFor('room')}; ${MORE_ROOM}; } &`, 'exec $heysync run')
    await service.said('"code":"ERR_DATABASE_FULL"', 2)
    expect(home.sandbox.store.contacts()).toEqual([])
    home.write('room', '')
    await service.said('cycle finished')
    service.signal('SIGTERM')
    expect((await service.done).code).toBe(0)
    expectExactly(home, people(COUNT))
  })
})

test('a file-size limit, as a quota sets one: told as what it is, and raised, the same command completes it', async () => {
  const home = await clinic(COUNT)
  const done = await home.shell('ulimit -f 400; exec $heysync sync').done
  expect(done.code).toBe(1)
  expect(done.stderr).toMatch(
    /^Error ERR_DATABASE_IO The system refuses to read or write .*\nTry {3}Look at the quota and the file-size limit of the user/m,
  )
  await home.json(0, 'sync')
  expectExactly(home, people(COUNT))
})
