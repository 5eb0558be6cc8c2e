// Owns /api/events: what the daemon tells goes to everybody who listens. Who reads too slowly is dropped and may come again.
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { ServiceEvent } from '../control.ts'
import { apiError } from './errors.ts'

/** Bytes that wait for one reader, at most. */
const MOST_WAITING = 64 * 1024
const MOST_READERS = 100
const HEARTBEAT_MS = 15_000
/** When a browser that lost its connection tries again. */
const RETRY_MS = 3000

export interface Events {
  tell(event: ServiceEvent): void
  close(): void
}

export function addEvents(app: FastifyInstance): Events {
  const readers = new Set<ServerResponse>()
  const send = (text: string) => {
    for (const reader of readers) {
      reader.write(text)
      if (reader.writableLength > MOST_WAITING) drop(reader)
    }
  }
  const drop = (reader: ServerResponse) => {
    readers.delete(reader)
    reader.destroy()
  }
  const beat = setInterval(() => send(': still here\n\n'), HEARTBEAT_MS)
  beat.unref()
  app.get('/api/events', (_request, reply) => {
    if (readers.size >= MOST_READERS)
      throw apiError(429, 'ERR_API_LIMIT', {
        message: 'Too many listen already.',
        hint: 'Close another page.',
      })
    const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)] as const)
    reply.hijack()
    const reader = reply.raw
    reader.writeHead(200, {
      ...Object.fromEntries(headers),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    reader.write(`retry: ${RETRY_MS}\n\n`)
    reader.on('close', () => readers.delete(reader))
    readers.add(reader)
  })
  return {
    tell: (event) => send(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    close: () => {
      clearInterval(beat)
      for (const reader of readers) drop(reader)
    },
  }
}
