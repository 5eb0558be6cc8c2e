// Traces: what a cycle does, as spans below one another, by the real API and SDK of OpenTelemetry.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enableTraces, traced, wantsTraces } from '../../src/lib/tracing.ts'
import { runCycle } from '../../src/sync/cycle.ts'
import { anEngine } from '../support/engine.ts'

const exporter = new InMemorySpanExporter()

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
  expect(await enableTraces()).toBe(true)
})

afterAll(() => {
  trace.disable()
  context.disable()
})

test('a cycle is a span, and its sources and requests lie below it, without anybody in them', async () => {
  const { engine } = await anEngine()
  const sources = engine.sources.map(({ config }) => config.id)
  const request = { trigger: 'test', sources, allowEmpty: [], planOnly: false }
  await runCycle(engine, { ...request, id: engine.cycles.nextId(engine.clock.now()), mode: 'full' }).catch(
    () => {},
  )
  const spans = exporter.getFinishedSpans()
  const [cycle] = spans.filter(({ name }) => name === 'cycle')
  expect(cycle?.attributes).toMatchObject({ 'heysync.mode': 'full', 'heysync.trigger': 'test' })
  const requests = spans.filter(({ name }) => name === 'heymarket request')
  expect(requests.length).toBeGreaterThan(0)
  for (const one of requests) {
    expect(one.parentSpanContext?.spanId).toBe(cycle?.spanContext().spanId)
    expect(String(one.attributes['url.template'])).not.toMatch(/\d{2}/)
  }
  const pulls = spans.filter(({ name }) => name === 'pull')
  expect(pulls.map(({ attributes }) => attributes['heysync.source'])).toEqual(sources)
})

test('what fails says its code, and no more', async () => {
  exporter.reset()
  const failing = traced('work', {}, () =>
    Promise.reject(Object.assign(new Error('Ann is away'), { code: 'ERR_X' })),
  )
  await expect(failing).rejects.toThrow('Ann is away')
  expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: 2, message: 'ERR_X' })
})

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
  [{ OTEL_SERVICE_NAME: 'heysync', OTEL_SDK_DISABLED: 'true' }, false],
])('%o asks for traces: %s', (env, wanted) => expect(wantsTraces(env)).toBe(wanted))
