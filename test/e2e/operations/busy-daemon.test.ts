// While the daemon's thread stands still, the front answers.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { clinic } from './clinic.ts'

test('health and status answer while the daemon waits for a long transaction', async () => {
  const home = await clinic(3, { source: { schedule: '0 3 * * *' } })
  const service = home.start('run')
  await service.said('cycle finished')
  const db = new Database(join(home.dir, 'data/heysync.db'))
  onTestFinished(() => void db.close())
  const url = db.prepare<[], string>('SELECT url FROM daemon').pluck().get() ?? ''
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`)
    return { status: answer.status, body: await answer.json() }
  }
  // SQLite lets only one write: the daemon stands still in its own write until this one is over.
  db.exec('BEGIN IMMEDIATE')
  let paused: number | null = null
  const asked = fetch(`${url}/api/pause`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"source":"clinic"}',
  }).then((answer) => {
    paused = answer.status
  })
  expect(await get('/healthz')).toEqual({ status: 200, body: { ok: true } })
  expect(await get('/api/status')).toMatchObject({ status: 200, body: { contacts: { inHeymarket: 3 } } })
  expect((await get('/api/contacts?q=1')).status).toBe(200)
  expect(paused).toBe(null)
  db.exec('COMMIT')
  await asked
  expect(paused).toBe(200)
  expect(await get('/api/status')).toMatchObject({ body: { sources: [{ state: 'paused' }] } })
  service.signal('SIGTERM')
  expect((await service.done).code).toBe(0)
})
