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

test('whom a full list does not take is among the failures, with the way out, and gets on by redrive', async () => {
  const home = await house({ dialects: { listSize: 5 } })
  home.config(clinicConfig(home.sandbox.url, {}, { lists: [VIPS] }))
  const rows = people(5).map((row, index) => ({ ...row, first: index === 4 ? 'B' : `A${index}` }))
  home.write('contacts.csv', csv(rows))
  await home.json(0, 'sync')
  const [list] = home.sandbox.store.lists()
  const stranger = { remove_phones: ['15105559001'], add_phones: ['15105559001'] }
  const change = async (what: keyof typeof stranger) => {
    const answer = await fetch(`${home.sandbox.url}/v2/lists/${list?.id}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
      body: JSON.stringify({ [what]: stranger[what] }),
    })
    expect(answer.status).toBe(200)
  }
  await change('add_phones')
  home.write('contacts.csv', csv(rows.map((row) => ({ ...row, first: 'A' }))))
  expect(await home.json(1, 'sync')).toMatchObject({ plan: { listAdd: 1 }, push: { deadLettered: 1 } })

  const [failure, ...others] = await home.json<Tree[]>(0, 'failures')
  expect(others).toEqual([])
  expect(failure).toMatchObject({
    phone: '15102000005',
    kind: 'listAdd',
    list: VIPS.title,
    code: 'ERR_HEYMARKET_REJECTED',
    wayOut: expect.stringMatching(/heysync redrive \d+$/),
  })
  expect((await home.run('failures')).stdout).toContain(`list "${VIPS.title}"`)
  expect(await home.json(1, 'status')).toMatchObject({ outbox: { deadLetters: 1, causes: [{ changes: 1 }] } })
  expect(await home.json(1, 'sync')).toMatchObject({ push: { acked: 0, deadLettered: 1 } })

  await change('remove_phones')
  expect(await home.json(0, 'redrive', '--where', `failure.list == "${VIPS.title}"`)).toMatchObject({
    push: { acked: 1, deadLettered: 0 },
  })
  expect(await home.json(0, 'failures')).toEqual([])
  expect(home.sandbox.store.lists()[0]?.members).toHaveLength(5)
})
