// `heysync run` with a webhook: what Heymarket calls about is known at once, also where it is not read.
import { expect, test } from 'vitest'
import { freePort } from '../support/port.ts'
import { clinicConfig, csv, house, people } from './support.ts'

const SECRET = 'a-secret-of-20-signs'

test('a STOP that a webhook brings counts before anything is read', async () => {
  const home = await house()
  const listen = `127.0.0.1:${await freePort()}`
  const service = { listen, webhookSecret: SECRET, webhookToken: 'token' }
  home.config(clinicConfig(home.sandbox.url, {}, { service }))
  home.write('contacts.csv', csv(people(1)))
  const daemon = home.start('run')
  await daemon.said('heysync is running')
  home.sandbox.webhooks.add(`http://${listen}/webhooks/heymarket/${SECRET}`, 'token')
  const phone = '15102000001'
  home.sandbox.store.reply(phone, 'STOP')
  await home.sandbox.webhooks.idle()
  expect(home.sandbox.webhooks.deliveries().map((one) => one.status)).toEqual([200, 200])
  const why = await home.json<{ consent: object }>(0, 'why', phone)
  expect(why.consent).toMatchObject({
    optedOut: true,
    history: [{ origin: 'heymarket', evidence: expect.stringMatching(/^message \d+$/) }],
  })
  daemon.signal('SIGTERM')
  expect(await daemon.done).toMatchObject({ code: 0 })
})

test('an address that is taken ends it with a word', async () => {
  const home = await house()
  const listen = new URL(home.sandbox.url).host
  home.config(clinicConfig(home.sandbox.url, {}, { service: { listen, webhookSecret: SECRET } }))
  home.write('contacts.csv', csv(people(1)))
  const done = await home.run('run')
  expect(done.code).toBe(2)
  expect(done.stderr).toContain(`Another program listens on ${listen}.`)
})
