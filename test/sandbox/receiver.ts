// Owns a webhook receiver on loopback: keeps every body, and answers what the test wants.
import { aServer } from '../support/http.ts'

interface Receiver {
  readonly url: string
  readonly bodies: Readonly<Record<string, unknown>>[]
}

/** `answer` is given the number of the call, from 1; null never answers. */
export async function receiver(answer: (call: number) => number | null = () => 200): Promise<Receiver> {
  const bodies: Receiver['bodies'] = []
  const server = await aServer((nth, response, { body }) => {
    bodies.push(JSON.parse(body))
    const status = answer(nth)
    if (status !== null) response.writeHead(status).end()
  })
  return { url: `${server.url}/hook`, bodies }
}
