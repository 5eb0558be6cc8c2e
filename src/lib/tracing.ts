// Owns traces: a span for each cycle, source and request, where OpenTelemetry is installed beside heysync and set up by its
// own environment variables. Without it nothing is loaded and nothing is measured.
import type { Attributes, SpanStatusCode, Tracer } from '@opentelemetry/api'

let tracer: Tracer | null = null
const ERROR: SpanStatusCode.ERROR = 2

/** True where the environment asks for traces. */
export function wantsTraces(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.OTEL_SDK_DISABLED !== 'true' && Object.keys(env).some((name) => name.startsWith('OTEL_'))
}

/** To be called once, before the first cycle. False where the package @opentelemetry/api is not installed. */
export async function enableTraces(): Promise<boolean> {
  const api = await import('@opentelemetry/api').catch(() => null)
  tracer = api?.trace.getTracer('heysync') ?? null
  return tracer !== null
}

/** Runs `work` inside a span. No attribute may tell of a person. */
export function traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (tracer === null) return work()
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      const code = String((error as { code?: unknown }).code ?? 'ERR_INTERNAL')
      span.setStatus({ code: ERROR, message: code })
      throw error
    } finally {
      span.end()
    }
  })
}
