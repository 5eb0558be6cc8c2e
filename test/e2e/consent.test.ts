// Consent by hand: what is known, denying, and the one way back in.
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, people, type Tree } from './support.ts'

const ANA = '15102000001'
const STRANGER = '15105559876'

async function clinic(optOut: string): Promise<House> {
  const home = await house()
  const map = { phone: 'phone', first: 'first', last: 'last', optedOut: 'stop' }
  home.config(clinicConfig(home.sandbox.url, { map }))
  home.write('contacts.csv', csv(people(3).map((one, at) => ({ ...one, stop: at === 0 ? optOut : 'no' }))))
  await home.json(0, 'sync')
  return home
}

function isOut(home: House, phone: string): boolean | undefined {
  return home.sandbox.store.contact(phone)?.is_opted_out
}

describe('consent deny', () => {
  test('opts out here and in Heymarket at once, and stays so', async () => {
    const home = await clinic('no')
    const denied = await home.json(0, 'consent', 'deny', '(510) 200-0001', '--reason', 'asked at the desk')
    expect(denied).toMatchObject({
      phone: ANA,
      optedOut: true,
      heymarket: { unsubscribed: true },
      history: [{ state: 'opted_out', origin: 'hand', evidence: 'asked at the desk' }],
    })
    expect(isOut(home, ANA)).toBe(true)
    await home.json(0, 'sync')
    expect(isOut(home, ANA)).toBe(true)
    expect((await home.run('send', '--to', ANA, '--text', 'Hi', '--inbox', 'Billing')).stderr).toContain(
      'ERR_OPTED_OUT',
    )
  })

  test('of a number that is no contact yet counts when it becomes one', async () => {
    const home = await clinic('no')
    expect(await home.json(0, 'consent', 'deny', STRANGER)).toMatchObject({ optedOut: true, heymarket: null })
    home.write(
      'contacts.csv',
      csv(
        [...people(3), { id: 'P-9', phone: STRANGER, first: 'Zoe', last: 'Ray' }].map((one) => ({
          ...one,
          stop: 'no',
        })),
      ),
    )
    await home.json(0, 'sync')
    expect(isOut(home, STRANGER)).toBe(true)
  })
})

describe('consent allow', () => {
  test('lifts what a source and the team said, after a question, and stays so until a source says it anew', async () => {
    const home = await clinic('yes')
    expect(isOut(home, ANA)).toBe(true)
    const asked = await home.run('consent', 'allow', ANA)
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('You need their consent.')])
    expect(isOut(home, ANA)).toBe(true)
    const allowed = await home.json(0, 'consent', 'allow', ANA, '--reason', 'signed a form', '--yes')
    expect(allowed).toMatchObject({
      optedOut: false,
      heymarket: { unsubscribed: false },
      history: [
        { state: 'opted_out', origin: 'source' },
        { state: 'allowed', origin: 'hand', evidence: 'signed a form' },
      ],
    })
    await home.json(0, 'sync')
    await home.json(0, 'resync')
    expect(isOut(home, ANA)).toBe(false)
    home.write(
      'contacts.csv',
      csv(people(3).map((one, at) => ({ ...one, first: 'New', stop: at === 0 ? 'yes' : 'no' }))),
    )
    await home.json(0, 'sync')
    expect(isOut(home, ANA)).toBe(true)
  })

  test('does not lift a STOP: only START of the person does', async () => {
    const home = await clinic('no')
    home.sandbox.store.stop(ANA)
    const done = await home.run('consent', 'allow', ANA, '--yes')
    expect(done.code).toBe(2)
    expect(done.stderr).toContain('Ask them to text START')
    expect(isOut(home, ANA)).toBe(true)
    home.sandbox.store.start(ANA)
    await home.json(0, 'consent', 'allow', ANA, '--yes')
    expect(await home.json(0, 'consent', 'show', ANA)).toMatchObject({ optedOut: false })
  })
})

test('consent show tells both sides, and the way to the rest', async () => {
  const home = await clinic('yes')
  const shown = await home.json<Tree>(0, 'consent', 'show', ANA)
  expect(shown).toMatchObject({ phone: ANA, optedOut: true, heymarket: { byTeam: true, byPerson: false } })
  expect((await home.run('consent', 'show', ANA)).stdout).toContain('opted out, source: clinic record P-0001')
  expect((await home.run('consent', 'show', STRANGER)).stdout).toContain('no such contact')
  const wrong = await home.run('consent', 'forget', ANA)
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('It is one of show, deny, allow.')])
})
