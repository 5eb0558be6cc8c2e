import dgram from 'node:dgram'
import dns from 'node:dns'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { promisify } from 'node:util'
import got from 'got'
import { afterEach, describe, expect, it } from 'vitest'
import { isLoopback, REFUSED } from './setup.ts'

// An address that is set aside for documentation: nobody answers there, on any network.
const ELSEWHERE = '192.0.2.1'
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve(listen: { host: string; port: number } | { path: string }): Promise<http.Server> {
  const server = http.createServer((_request, response) => response.end('here'))
  server.listen(listen)
  await once(server, 'listening')
  closers.push(() => promisify(server.close.bind(server))())
  return server
}

async function errorOf(socket: net.Socket): Promise<unknown> {
  const [error] = await once(socket, 'error')
  return error
}

describe('the network of the tests', () => {
  it.each([
    ['net.connect with options', () => net.connect({ host: ELSEWHERE, port: 443 })],
    ['net.connect with port and host', () => net.connect(443, ELSEWHERE)],
    ['socket.connect', () => new net.Socket().connect(443, ELSEWHERE)],
    ['a host name', () => net.connect({ host: 'api.example.com', port: 443 })],
    ['an IPv6 address', () => net.connect({ host: '2001:db8::1', port: 443 })],
    ['tls.connect', () => tls.connect({ host: ELSEWHERE, port: 443 })],
  ])('refuses a socket to another host: %s', async (_how, open) => {
    const socket = open()
    await expect(errorOf(socket)).resolves.toMatchObject({ code: REFUSED })
    expect(socket.destroyed).toBe(true)
  })

  it('names the host and the way out', async () => {
    const error = await errorOf(net.connect({ host: 'api.example.com', port: 443 }))
    expect(String(error)).toContain('"api.example.com"')
    expect(String(error)).toContain('127.0.0.1')
  })

  it('refuses got and fetch', async () => {
    await expect(got(`https://${ELSEWHERE}/`, { retry: { limit: 0 } })).rejects.toMatchObject({
      code: REFUSED,
    })
    await expect(fetch(`http://${ELSEWHERE}/`)).rejects.toMatchObject({ cause: { code: REFUSED } })
  })

  it('refuses name look-ups in both forms', async () => {
    await expect(promisify(dns.lookup)('example.com')).rejects.toMatchObject({ code: REFUSED })
    await expect(dns.promises.lookup('example.com')).rejects.toMatchObject({ code: REFUSED })
    await expect(dns.promises.resolve4('example.com')).rejects.toMatchObject({ code: REFUSED })
    await expect(dns.promises.lookup('localhost')).resolves.toMatchObject({ family: expect.any(Number) })
  })

  it('refuses UDP packets to another host', () => {
    const socket = dgram.createSocket('udp4')
    closers.push(() => promisify(socket.close.bind(socket))())
    expect(() => socket.send('hello', 53, ELSEWHERE)).toThrow(ELSEWHERE)
    expect(() => socket.connect(53, ELSEWHERE)).toThrow(ELSEWHERE)
  })

  it('lets a test talk to a server on this machine', async () => {
    const server = await serve({ host: '127.0.0.1', port: 0 })
    const { port } = server.address() as AddressInfo
    await expect(got(`http://127.0.0.1:${port}/`).text()).resolves.toBe('here')
    await expect(fetch(`http://localhost:${port}/`).then((answer) => answer.text())).resolves.toBe('here')
  })

  it('lets a test talk over a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heysync-setup-'))
    closers.push(() => rm(folder, { recursive: true }))
    const path = join(folder, 'socket')
    await serve({ path })
    const request = http.get({ socketPath: path, path: '/' })
    const [response] = await once(request, 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
  })
})

describe('isLoopback', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'app.localhost',
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
  ])('knows %s as this machine', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  it.each([
    'example.com',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '10.0.0.1',
    '0.0.0.0',
    '::',
    '::ffff:10.0.0.1',
  ])('knows %s as somewhere else', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})
