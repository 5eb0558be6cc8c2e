// Lists by rule with the built program: planned, made, shown, held and approved, and deleted only when asked.
import { expect, test } from 'vitest'
import { clinicConfig, csv, house, people, type Tree } from './support.ts'

const VIPS = { title: 'Everybody called A', where: 'contact.first.startsWith("A")' }

test('a rule becomes a list, is changed with the people, held when too many would leave, and deleted when asked', async () => {
  const home = await house()
  const rows = people(60).map((row, index) => ({ ...row, first: index < 40 ? `A${index}` : `B${index}` }))
  const config = (lists: object[]): Tree => clinicConfig(home.sandbox.url, {}, { lists })
  home.config(config([VIPS]))
  home.write('contacts.csv', csv(rows))
  const report = await home.json<Tree>(0, 'sync')
  expect(report).toMatchObject({ plan: { create: 60, listAdd: 40 }, push: { acked: 100 } })
  expect(home.sandbox.store.lists()).toMatchObject([{ title: VIPS.title }])
  expect(home.sandbox.store.lists()[0]?.members).toHaveLength(40)

  const status = await home.json<Tree>(0, 'status')
  expect(status).toMatchObject({ lists: [{ title: VIPS.title, members: 40, waiting: 0, refused: 0 }] })
  const why = await home.json<Tree>(0, 'why', rows[0]?.phone ?? '')
  expect(why).toMatchObject({ lists: [VIPS.title] })

  home.write(
    'contacts.csv',
    csv(rows.map((row, index) => (index < 25 ? { ...row, first: `C${index}` } : row))),
  )
  const held = await home.json<Tree & { cycle: string }>(3, 'sync')
  expect(held).toMatchObject({ status: 'held', plan: { listRemove: 25, held: 25 }, push: { acked: 25 } })
  expect(home.sandbox.store.lists()[0]?.members).toHaveLength(40)
  const waiting = await home.json<{ held: Tree[] }>(3, 'status')
  expect(waiting.held).toMatchObject([{ source: VIPS.title, changes: 25 }])
  await home.json(0, 'approve', held.cycle)
  expect(home.sandbox.store.lists()[0]?.members).toHaveLength(15)

  const refused = await home.run('lists', VIPS.title, '--delete', '--yes')
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.stderr).toContain('A rule under `lists:` keeps')
  home.config(config([]))
  await home.json(0, 'sync')
  expect(home.sandbox.store.lists()).toHaveLength(1)
  expect(await home.run('lists', VIPS.title, '--delete')).toMatchObject({ code: 2 })
  expect(await home.run('lists', VIPS.title, '--delete', '--yes')).toMatchObject({ code: 0 })
  expect(home.sandbox.store.lists()).toEqual([])
  expect(home.sandbox.store.contacts()).toHaveLength(60)
})
