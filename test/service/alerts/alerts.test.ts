// Alerts on their way: told once, told when over, told later to whoever could not be reached, by real HTTP and real SMTP.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { alertsSchema } from '../../../src/config/alerts.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { openAlerts } from '../../../src/service/alerts/alerts.ts'
import { factsOf } from '../../../src/service/alerts/facts.ts'
import type { Facts } from '../../../src/service/alerts/violations.ts'
import { leapingClock } from '../../support/clock.ts'
import { tempFolder } from '../../support/folder.ts'
import { config } from './config.ts'

/** A server that keeps what is posted to it, and answers what it is told to. */
async function inbox() {
  const got: { path: string; body: Record<string, unknown> }[] = []
  const box = { got, status: 200, url: '' }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', () => {
      if (box.status === 200) got.push({ path: request.url ?? '', body: JSON.parse(text) })
      response.writeHead(box.status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  box.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return box
}

async function mailbox() {
  const mails: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      let text = ''
      stream.on('data', (part) => {
        text += part
      })
      stream.on('end', () => {
        mails.push(text)
        done()
      })
    },
  })
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go))
  onTestFinished(() => server.close(() => {}))
  return { mails, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` }
}

function house(to: readonly object[]) {
  const path = join(tempFolder(), 'heysync.db')
  const clock = leapingClock()
  const open = () => {
    const db = openDatabase(path)
    const log = pino({ level: 'silent' })
    const { signal } = new AbortController()
    const alerts = openAlerts({ db, config: alertsSchema.parse({ to }), clock, signal, log })
    return { alerts, db }
  }
  let now = open()
  onTestFinished(() => void now.db.close())
  const facts = (problems: Facts['problems']) => (): Facts => ({
    ...factsOf(now.db)(config),
    problems,
    paused: [],
    startedAt: clock.now(),
    now: clock.now(),
  })
  return {
    clock,
    look: (...messages: string[]) =>
      now.alerts.look(
        facts(messages.map((message) => ({ code: codeOf(message), message, hint: 'do it', since: null }))),
      ),
    restart: () => {
      now.db.close()
      now = open()
    },
    standing: () => now.alerts.standing().map(({ title }) => title),
  }
}

const codeOf = (message: string) =>
  message.includes('key') ? 'ERR_HEYMARKET_UNAUTHORIZED' : 'ERR_DATABASE_FULL'

test('each thing is told once when it begins and once when it is over, also across a restart', async () => {
  const box = await inbox()
  const home = house([{ webhook: `${box.url}/hook` }])
  await home.look()
  await home.look('The disk is full')
  await home.look('The disk is full')
  home.restart()
  await home.look('The disk is full', 'The key is refused')
  home.clock.advance(60_000)
  await home.look('The key is refused')
  await home.look()
  await home.look()
  expect(box.got.map(({ body }) => [body.state, body.title])).toEqual([
    ['begins', 'The disk is full'],
    ['begins', 'The key is refused'],
    ['over', 'The disk is full'],
    ['over', 'The key is refused'],
  ])
  expect(box.got[0]).toEqual({
    path: '/hook',
    body: expect.objectContaining({ code: 'PROBLEM', hint: 'do it', since: expect.stringMatching(/Z$/) }),
  })
  expect(home.standing()).toEqual([])
})

test('who cannot be reached is told later, and the others are not told again', async () => {
  const [near, far] = [await inbox(), await inbox()]
  far.status = 500
  const home = house([{ webhook: near.url }, { slack: far.url }])
  await home.look('The disk is full')
  await home.look('The disk is full')
  expect([near.got.length, far.got.length]).toEqual([1, 0])
  far.status = 200
  await home.look('The disk is full')
  expect([near.got.length, far.got.length]).toEqual([1, 1])
  far.status = 500
  await home.look()
  far.status = 200
  await home.look()
  await home.look()
  expect([near.got.length, far.got.length]).toEqual([2, 2])
})

test('what was over before anybody could be told is not told', async () => {
  const box = await inbox()
  box.status = 503
  const home = house([{ webhook: box.url }])
  await home.look('A hiccup')
  box.status = 200
  await home.look()
  expect([box.got, home.standing()]).toEqual([[], []])
})

test('Slack gets its format, with what could be markup escaped', async () => {
  const box = await inbox()
  const home = house([{ slack: box.url }])
  await home.look('A <!channel> & more')
  await home.look()
  expect(box.got.map(({ body }) => body.text)).toEqual([
    ':red_circle: *A &lt;!channel&gt; &amp; more*\nERR_DATABASE_FULL\n_What to do:_ do it',
    ':large_green_circle: *Over: A &lt;!channel&gt; &amp; more*',
  ])
})

test('an e-mail says in its subject what it is', async () => {
  const { mails, url } = await mailbox()
  const home = house([
    { email: ['ops@example.com', 'boss@example.com'], from: 'heysync@example.com', smtp: url },
  ])
  await home.look('The disk is full')
  expect(mails).toHaveLength(1)
  for (const part of [
    'Subject: heysync: The disk is full',
    'To: ops@example.com, boss@example.com',
    'What to do: do it',
  ])
    expect(mails[0]).toContain(part)
})

test('no number of a person leaves the house', async () => {
  const box = await inbox()
  const home = house([{ webhook: box.url }])
  await home.look('Contact 14155552671 is odd')
  expect(JSON.stringify(box.got)).not.toContain('14155552671')
  expect(box.got).toHaveLength(1)
})
