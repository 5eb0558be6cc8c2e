// Erasing as an operator does it: asked first where it cannot be taken back, told what is left, and listed without a name.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, people, type Tree } from './support.ts'

const ANA = '15102000001'

async function clinic(): Promise<House> {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url))
  home.write('contacts.csv', csv(people(3)))
  await home.json(0, 'sync')
  return home
}

test('erases here, says that Heymarket still has the contact, and deletes it there when asked with --yes', async () => {
  const home = await clinic()
  const done = await home.run('erase', '(510) 200-0001', '--reason', 'asked by letter')
  expect([done.code, done.stdout, done.stderr]).toEqual([
    0,
    expect.stringContaining('is erased'),
    expect.stringContaining(`heysync erase ${ANA} --heymarket`),
  ])
  const file = readFileSync(join(home.dir, 'data/heysync.db'), 'latin1')
  expect([file.includes(ANA), file.includes('Ann1"'), file.includes('15102000002')]).toEqual([
    false,
    false,
    true,
  ])
  const asked = await home.run('erase', ANA, '--heymarket')
  expect([asked.code, home.sandbox.store.contact(ANA) === null]).toEqual([2, false])
  expect(await home.json(0, 'erase', ANA, '--heymarket', '--yes')).toMatchObject({
    deleted: [expect.any(Number)],
  })
  expect(home.sandbox.store.contact(ANA)).toBeNull()
  await home.json(0, 'resync')
  expect(home.sandbox.store.contact(ANA)).toBeNull()
})

test('is told by why, rejections and --list, refuses messages and consent, and is lifted with --undo', async () => {
  const home = await clinic()
  await home.json(0, 'erase', ANA, '--reason', 'case 17')
  // The file has not changed, so only a resync reads it again.
  await home.json(0, 'resync')
  expect((await home.run('why', ANA)).stdout).toContain('Erased on ')
  const [row] = await home.json<Tree[]>(0, 'rejections')
  expect(row).toMatchObject({ code: 'ERASED', value: '' })
  const listed = await home.run('erase', '--list')
  expect([listed.stdout.includes('case 17'), listed.stdout.includes(ANA)]).toEqual([true, false])
  expect(await home.json(0, 'erase', '--list')).toEqual([{ at: expect.any(String), reason: 'case 17' }])
  for (const call of [
    ['send', '--to', ANA, '--text', 'Hi', '--inbox', 'Billing'],
    ['consent', 'deny', ANA],
    ['consent', 'allow', ANA, '--yes'],
  ]) {
    const refused = await home.run(...call)
    expect([refused.code, refused.stderr], call.join(' ')).toEqual([
      2,
      expect.stringContaining('ERR_OPTED_OUT'),
    ])
    expect(refused.stderr).toContain('was erased on')
  }
  expect((await home.run('erase', ANA, '--undo')).code).toBe(2)
  expect(await home.json(0, 'erase', ANA, '--undo', '--yes')).toEqual({ phone: ANA, lifted: true })
  await home.json(0, 'sync')
  expect((await home.json(0, 'why', ANA)).verdict).toBe('In Heymarket, as the sources say.')
  expect(await home.json(0, 'erase', '--list')).toEqual([])
  expect((await home.run('erase')).code).toBe(2)
})

test('is left out of a broadcast that names the number, which keeps nothing of it', async () => {
  const home = await clinic()
  await home.json(0, 'erase', ANA)
  const call = ['broadcast', '--phones', `${ANA},15102000002`, '--text', 'Hi', '--inbox', 'Billing', '--yes']
  expect(await home.json(0, ...call)).toMatchObject({ state: 'sent', reached: 1, refused: [] })
  const out = home.sandbox.store.messages().filter(({ direction }) => direction === 'out')
  expect(out.map(({ targets }) => targets)).toEqual([['15102000002']])
  expect(JSON.stringify(home.mirror())).not.toContain(ANA)
})
