// Where the files of bulk operations lie: another company's storage, with addresses that are signed, and parts on request.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Storage {
  /** A signed address for this content. */
  put(name: string, content: Buffer): string
  /** Addresses are no longer taken. */
  expired: boolean
  /** Parts are not known: the whole comes always. */
  wholeOnly: boolean
  readonly asked: IncomingHttpHeaders[]
  close(): Promise<void>
}

export async function openStorage(): Promise<Storage> {
  const contents = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    storage.asked.push(request.headers)
    const url = new URL(request.url ?? '/', 'http://storage')
    const content = contents.get(url.pathname)
    if (storage.expired || content === undefined || url.searchParams.get('X-Goog-Signature') !== 'abc')
      return void response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (from === undefined || to === undefined || storage.wholeOnly)
      return void response.writeHead(200).end(content)
    if (Number(from) >= content.length)
      return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    const end = Math.min(Number(to) + 1, content.length)
    response
      .writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${content.length}` })
      .end(content.subarray(Number(from), end))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const storage: Storage = {
    expired: false,
    wholeOnly: false,
    asked: [],
    put: (name, content) => {
      contents.set(`/${name}`, content)
      return `${origin}/${name}?X-Goog-Signature=abc`
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  return storage
}
