// What /metrics tells: the facts of a real database, and nobody's name or number.
import { expect, test } from 'vitest'
import { aFront, peopled } from './world.ts'

/** Value by name with labels, as the text format writes them. */
function valuesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

test('metrics tell freshness, cycles, counts, budget, lanes and what waits', async () => {
  const engine = await peopled()
  engine.clock.advance(90_000)
  const { get } = await aFront({ engine, service: { webhookSecret: 'a-secret-of-20-signs' } })
  const answer = await get('/metrics')
  expect(answer.headers.get('content-type')).toContain('text/plain')
  const values = valuesOf(answer.text)
  const expected = {
    'heysync_info{version="1.2.3"}': 1,
    'heysync_source_freshness_seconds{source="clinic"}': 90,
    'heysync_source_ok{source="clinic"}': 1,
    'heysync_source_records{source="clinic",state="accepted"}': 3,
    'heysync_last_cycle_records{source="clinic",outcome="read"}': 6,
    'heysync_last_cycle_records{source="clinic",outcome="rejected"}': 3,
    'heysync_cycles{status="ok"}': 1,
    'heysync_cycles{status="failed"}': 0,
    heysync_request_budget_per_minute: 450,
    'heysync_outbox_waiting{lane="consent"}': 0,
    'heysync_contacts{kind="inHeymarket"}': 3,
    heysync_dead_letters: 0,
    heysync_held_changes: 0,
    heysync_rejections: 3,
    heysync_webhooks_waiting: 0,
    heysync_webhook_lag_seconds: 0,
  }
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, values.get(name)]))).toEqual(expected)
  expect(values.get('heysync_database_bytes')).toBeGreaterThan(4096)
  expect(values.get('heysync_memory_bytes')).toBeGreaterThan(1e6)
})

test('the way from the source to Heymarket is measured for what was written since the start, once', async () => {
  const engine = await peopled()
  const { get } = await aFront({ engine })
  const count = async () =>
    valuesOf((await get('/metrics')).text).get('heysync_source_to_heymarket_seconds_count')
  expect(await count()).toBe(0)
  engine.rows['P-1'] = { phone: '+1 415 555 2671', first: 'Anna', last: 'Lee' }
  await engine.cycle('full')
  expect([await count(), await count()]).toEqual([1, 1])
})

test('a webhook that waits is seen by its age', async () => {
  const { get, post, engine } = await aFront({ service: { webhookSecret: 'a-secret-of-20-signs' } })
  await post('/webhooks/heymarket/a-secret-of-20-signs', {
    type: 'target_opt_out',
    event_data: { target: '14155552671' },
  })
  engine.clock.advance(7000)
  const values = valuesOf((await get('/metrics')).text)
  expect([values.get('heysync_webhooks_waiting'), values.get('heysync_webhook_lag_seconds')]).toEqual([1, 7])
  const { webhooks } = (await get('/api/settings')).body
  expect(webhooks).toMatchObject({ waiting: 1, url: expect.stringMatching(/\/webhooks\/heymarket\/…$/) })
})

test('no metric names a person', async () => {
  const engine = await peopled()
  const { get } = await aFront({ engine })
  const { text } = await get('/metrics')
  expect(text).toContain('heysync_')
  expect(text).not.toMatch(/\d{10,}|Ann|Lee|Stone|Lees|P-1/)
})
