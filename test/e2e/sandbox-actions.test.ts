// `heysync sandbox` and its actions, as a person types them: serve, reply, advance, and what is said when it cannot be.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { receiver } from '../sandbox/receiver.ts'
import { clinicConfig, house } from './support.ts'

const PROGRAM =
  process.env.HEYSYNC_TEST_PROGRAM ?? fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))
const ANA = '15105553344'
const KEY = { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' }

/** A port on which nobody listens. */
const NOBODY = 'http://127.0.0.1:1'

async function withAna() {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url))
  const post = async (path: string, body: object) => {
    const answer = await fetch(home.sandbox.url + path, {
      method: 'POST',
      headers: KEY,
      body: JSON.stringify(body),
    })
    return answer.json()
  }
  await post('/v1/contact', { phone: ANA, first: 'Ana' })
  return { ...home, post }
}

describe('reply', () => {
  test('texts in as a person, in the sandbox that the config points at', async () => {
    const { run, post } = await withAna()
    const done = await run('sandbox', 'reply', '+1 (510) 555-3344', 'See you then')
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('heysync replies') })
    expect(done.stdout).toBe(`✓ ${ANA} texted "See you then".\n`)
    expect(await post('/v1/messages/all', {})).toMatchObject([{ text: 'See you then', target: ANA }])
  })

  test('says what STOP and START mean, and they do', async () => {
    const { run, post } = await withAna()
    const status = () => post('/v1/contact/status', { phone: ANA })
    expect((await run('sandbox', 'reply', ANA, 'STOP')).stdout).toContain('That opts them out.')
    expect(await status()).toMatchObject({ unsubscribed_contact: true })
    expect((await run('sandbox', 'reply', ANA, 'start')).stdout).toContain('That opts them in again.')
    expect(await status()).toMatchObject({ unsubscribed_contact: false })
  })

  test('goes where --url says, also in a folder without a config', async () => {
    const { run, sandbox, remove, post } = await withAna()
    remove('heysync.yaml')
    expect((await run('sandbox', 'reply', ANA, 'Hi', '--url', `${sandbox.url}/`)).code).toBe(0)
    expect(await post('/v1/messages/all', {})).toMatchObject([{ text: 'Hi' }])
  })
})

describe('advance', () => {
  test('brings what was scheduled meanwhile', async () => {
    const { run, post } = await withAna()
    const inAnHour = new Date(Math.ceil(Date.now() / 900_000 + 4) * 900_000).toISOString()
    await post('/v1/schedule', {
      inbox_id: 71,
      phone_number: ANA,
      execute_at: inAnHour,
      content: { text: 'It is time' },
    })
    expect(await post('/v1/messages/all', {})).toEqual([])
    const done = await run('sandbox', 'advance', '2h')
    expect(done.code).toBe(0)
    expect(done.stdout).toMatch(/^✓ In the sandbox it is now \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n$/)
    expect(await post('/v1/messages/all', {})).toMatchObject([{ text: 'It is time' }])
  })
})

test.each([
  [['rply'], '"rply" is not an action of sandbox.', 'heysync sandbox reply <phone> "STOP"'],
  [['reply'], 'Who replies is missing.', 'heysync sandbox reply 14155552671 "STOP"'],
  [['reply', ANA], 'What they text is missing.', 'heysync sandbox reply 14155552671 "STOP"'],
  [['reply', ANA, 'Hi', '--url', NOBODY], `No sandbox runs at ${NOBODY}.`, 'heysync sandbox'],
  [
    ['reply', ANA, 'Hi', '--url', 'https://api.heymarket.com'],
    'https://api.heymarket.com is not a sandbox',
    '--url http://127.0.0.1:8781',
  ],
  [['advance'], 'How far is missing.', 'heysync sandbox advance 2h'],
  [['advance', 'soon'], '"soon" is not a span of time.', 'heysync sandbox advance 2h'],
])('sandbox %j is refused with the way out', async (args, message, hint) => {
  const { run } = await house()
  const done = await run('sandbox', ...args)
  expect([done.code, done.stdout]).toEqual([2, ''])
  expect(done.stderr).toContain(message)
  expect(done.stderr).toContain(hint)
})

test('a config that points at the real Heymarket is never taken for a sandbox', async () => {
  const home = await house()
  home.config(clinicConfig('https://api.heymarket.com'))
  const done = await home.run('sandbox', 'reply', ANA, 'STOP')
  expect(done.code).toBe(2)
  expect(done.stderr).toContain('https://api.heymarket.com is not a sandbox')
})

test('the help shows what it can do', async () => {
  const { stdout } = await (await house()).run('sandbox', '--help')
  for (const line of [
    'heysync sandbox\n',
    'heysync sandbox reply 14155552671 "STOP"',
    'heysync sandbox advance 2h',
  ])
    expect(stdout).toContain(line)
})

test('serving prints where its page is, calls the webhook, and runs its own time faster', async () => {
  let called = () => {}
  const call = new Promise<void>((resolve) => {
    called = resolve
  })
  const hook = await receiver(() => {
    called()
    return 200
  })
  const { url, end } = await serve('--webhook', hook.url, '--webhook-token', 'abc', '--speed', '1000000')
  expect(await (await fetch(url)).text()).toContain('<title>heysync sandbox</title>')
  const before = Date.now()
  const reply = await fetch(`${url}/_sandbox/reply`, {
    method: 'POST',
    headers: KEY,
    body: JSON.stringify({ phone: ANA, text: 'STOP' }),
  })
  expect(reply.status).toBe(200)
  const { now } = (await (await fetch(`${url}/_sandbox/summary`)).json()) as { now: string }
  // A thousand seconds in each thousandth of one: far ahead of any clock, however slow this machine is.
  expect(Date.parse(now)).toBeGreaterThan(before + 1_000_000)
  await call
  const printed = await end()
  expect(printed).toContain(`Sandbox at ${url}  (open it in a browser; Ctrl-C ends it)`)
  expect(printed).toContain(`Calls ${hook.url} with the token abc`)
  expect(hook.bodies[0]).toMatchObject({ type: 'message_recieved', id: 1, token: 'abc' })
})

/** The program serving on a free port; `end` is Ctrl-C, and gives what it printed. */
async function serve(...args: string[]): Promise<{ url: string; end(): Promise<string> }> {
  const { PATH = '', HOME = '' } = process.env
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, 'sandbox', '--port', '0', ...args], {
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  const url = await new Promise<string>((found, fail) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const [, address] = /Sandbox at (\S+)/.exec(printed) ?? []
      if (address !== undefined) found(address)
    })
    child.once('close', () => fail(new Error(`The sandbox ended:\n${printed}`)))
  })
  return {
    url,
    end: async () => {
      const ended = once(child, 'close')
      child.kill('SIGINT')
      expect(await ended).toEqual([0, null])
      return printed
    },
  }
}
