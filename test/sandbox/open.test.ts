// A sandbox without a network: asked directly it answers as the server does, and its dice can be changed.
import { expect, onTestFinished, test } from 'vitest'
import type { Ending } from '../../src/sandbox/gate.ts'
import { type DirectRequest, openSandbox } from '../../src/sandbox/open.ts'
import { KEY, start } from './support.ts'

function open(options: Parameters<typeof openSandbox>[0] = {}) {
  const sandbox = openSandbox(options)
  onTestFinished(() => sandbox.close())
  const ask = (method: DirectRequest['method'], path: string, body?: string, headers = KEY) =>
    sandbox.ask({
      method,
      path,
      query: {},
      authorization: headers.authorization,
      ...(body === undefined ? {} : { body }),
    })
  return { ...sandbox, ask }
}

const said = (ending: Ending) => (ending.kind === 'answer' ? [ending.status, ending.text] : [ending.kind])

test.each([
  ['GET', '/v1/team', undefined],
  ['POST', '/v1/contact', '{"phone":"15105553344","first":"Ana"}'],
  ['POST', '/v1/contact', '{"first":"Ana"}'],
  ['POST', '/v1/contact', '{"phone":'],
  ['GET', '/v1/contact/7', undefined],
  ['GET', '/v1/nothing', undefined],
] as const)('%s %s %s is answered as by the server', async (method, path, body) => {
  const box = await start()
  const { status, text } = await box.call(method, path, body)
  const [directStatus, directText] = said(await open().ask(method, path, body))
  const uuids = /[0-9a-f]{8}-[0-9a-f-]{27}/g
  expect([directStatus, String(directText).replace(uuids, '')]).toEqual([status, text.replace(uuids, '')])
})

test('a wrong key is a 401, and too many requests are a 429', async () => {
  const { ask } = open({ requestsPerMinute: 1 })
  expect(said(await ask('GET', '/v1/team', undefined, { authorization: 'Bearer wrong' }))[0]).toBe(401)
  expect(said(await ask('GET', '/v1/team'))[0]).toBe(200)
  expect(said(await ask('GET', '/v1/team'))[0]).toBe(429)
})

test('with a team key a write is applied before the answer is there', async () => {
  const { ask, store } = open({ faults: { slowMs: 5_000 } })
  void ask('POST', '/v1/contact', '{"phone":"15105553344"}')
  expect(store.contact('15105553344')).not.toBeNull()
})

test('reset rolls other dice where a seed is given, and the same for the same seed', async () => {
  const { ask, reset } = open({ faults: { error500Before: 0.5 } })
  const rolls = async (seed: number) => {
    reset(seed)
    const endings = []
    for (let n = 0; n < 20; n++) endings.push(said(await ask('GET', '/v1/team'))[0])
    return endings.join(' ')
  }
  const first = await rolls(5)
  expect(await rolls(6)).not.toBe(first)
  expect(await rolls(5)).toBe(first)
})

test('somebody of the team edits and deletes', () => {
  const { store } = open()
  store.fill([{ phone: '15105553344', first: 'Ana', tags: [11] }])
  expect(store.edit('15105553344', { last: 'Lee' })).toBe(true)
  expect(store.contact('15105553344')).toMatchObject({
    first: 'Ana',
    last: 'Lee',
    rev: 2,
    tags: [{ id: 11 }],
  })
  expect(store.remove('15105553344')).toBe(true)
  expect([store.contact('15105553344'), store.remove('15105553344'), store.edit('1', {})]).toEqual([
    null,
    false,
    false,
  ])
})
