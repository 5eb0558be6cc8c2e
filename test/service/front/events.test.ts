// What the daemon tells reaches whoever listens, as server-sent events; who does not read is dropped.
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { aFront } from './world.ts'

/** Resolves with everything that came once it holds `text`. */
function until(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve) => {
    let all = ''
    socket.on('data', (part) => {
      all += part.toString()
      if (all.includes(text)) resolve(all)
    })
  })
}

function listener(url: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  socket.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
  return socket
}

test('events reach everybody who listens', async () => {
  const { front } = await aFront()
  const sockets = [listener(front.url), listener(front.url)]
  const opened = await Promise.all(sockets.map((socket) => until(socket, 'retry:')))
  expect(opened[0]).toContain('text/event-stream')
  const heard = sockets.map((socket) => until(socket, '"id":"c0001"'))
  front.tell({ type: 'status' })
  front.tell({ type: 'cycle', id: 'c0001', status: 'ok' })
  for (const text of await Promise.all(heard)) {
    expect(text).toContain('event: status\ndata: {"type":"status"}\n\n')
    expect(text).toContain('event: cycle\ndata: {"type":"cycle","id":"c0001","status":"ok"}\n\n')
  }
})

test('who does not read is dropped, and the others go on', async () => {
  const { front } = await aFront()
  const [slow, quick] = [listener(front.url), listener(front.url)]
  await Promise.all([until(slow, 'retry:'), until(quick, 'retry:')])
  slow.removeAllListeners('data')
  slow.pause()
  const dropped = new Promise((resolve) => slow.on('close', resolve))
  slow.on('error', () => {})
  quick.resume()
  const kind = 'x'.repeat(60_000)
  for (let n = 0; n < 300; n += 1) {
    front.tell({ type: 'webhook', kind })
    await new Promise((go) => setImmediate(go))
  }
  const last = until(quick, 'the-last')
  front.tell({ type: 'webhook', kind: 'the-last' })
  await last
  // Only now it sees that nobody holds the other end.
  slow.resume()
  await dropped
})
