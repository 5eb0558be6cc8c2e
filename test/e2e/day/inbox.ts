// Owns who is told: a webhook that keeps the alerts which came to it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Inbox {
  readonly url: string
  /** E.g. `begins held clinic`, in the order in which they came. */
  readonly told: string[]
  /** Resolves once so many came. */
  holds(count: number): Promise<void>
}

export async function openInbox(): Promise<Inbox> {
  const told: string[] = []
  const watchers = new Set<() => void>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { state, key } = JSON.parse(String(Buffer.concat(parts))) as { state: string; key: string }
      told.push(`${state} ${key}`)
      response.end()
      for (const look of watchers) look()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    told,
    holds: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (told.length < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
  }
}
