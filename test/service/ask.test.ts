// How a command asks the running service: by the paths and shapes of the contract, with the token of the config.
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { accepted, failure, paused, reloaded } from '../../src/service/api/contract.ts'
import { askService, NoAnswer } from '../../src/service/ask.ts'

interface Call {
  readonly path: string
  readonly token: string | undefined
  readonly body: unknown
}

/** A service that answers by the contract, and keeps what it was asked. */
async function aService(refuses?: { status: number; body: unknown }) {
  const calls: Call[] = []
  const app = Fastify()
  app.post('/*', (request, reply) => {
    calls.push({ path: request.url, token: request.headers.authorization, body: request.body })
    if (refuses) return reply.status(refuses.status).send(refuses.body)
    if (/pause|resume/.test(request.url)) return paused.parse({ paused: ['clinic'] })
    if (request.url === '/api/reload') return reloaded.parse({ changed: ['lists: 1 → 2'], warnings: [] })
    return reply.status(202).send(accepted.parse({ cycle: '01K' }))
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const { signal } = new AbortController()
  return { calls, url, service: askService({ url, token: 'a-token-of-16-signs', signal }) }
}

test('each question goes where the contract says', async () => {
  const { calls, service } = await aService()
  const request = { sources: ['clinic'], allowEmpty: [], trigger: 'sync' }
  expect(await service.sync({ ...request, mode: 'incremental' })).toEqual({ cycle: '01K' })
  await service.sync({ ...request, mode: 'full', trigger: 'resync' })
  await service.approve('01J')
  await service.redrive({ phone: '14155550100' })
  expect(await service.pause('clinic')).toEqual(['clinic'])
  expect(await service.resume(null)).toEqual(['clinic'])
  expect(await service.reload()).toEqual({ changed: ['lists: 1 → 2'], warnings: [] })
  expect(calls.map(({ path, body }) => [path, body])).toEqual([
    ['/api/sync', request],
    ['/api/resync', { ...request, trigger: 'resync' }],
    ['/api/cycles/01J/approve', {}],
    ['/api/redrive', { phone: '14155550100' }],
    ['/api/pause', { source: 'clinic' }],
    ['/api/resume', {}],
    ['/api/reload', {}],
  ])
  expect(new Set(calls.map(({ token }) => token))).toEqual(new Set(['Bearer a-token-of-16-signs']))
})

test('a refusal keeps its code, its words and its way out', async () => {
  const error = { code: 'ERR_CYCLE_UNKNOWN', message: 'There is no cycle 01J.', hint: 'heysync status' }
  const { service } = await aService({ status: 404, body: failure.parse({ error }) })
  await expect(service.approve('01J')).rejects.toMatchObject(error)
})

test('an answer of something else is not taken for the service', async () => {
  const { service } = await aService({ status: 502, body: 'Bad gateway' })
  await expect(service.reload()).rejects.toMatchObject({ code: 'ERR_SERVICE_NOT_RUNNING', status: 502 })
})

test('where nobody listens, nothing was asked for', async () => {
  const { signal } = new AbortController()
  const service = askService({ url: 'http://127.0.0.1:1', token: null, signal })
  await expect(service.reload()).rejects.toBeInstanceOf(NoAnswer)
})
