// Loaded before every test file: a test may talk to this machine and to nobody else.
// Sockets to other hosts, UDP packets and name look-ups fail with a message that says so; Unix sockets are fine.
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'

/** The code of the error that a refused connection or look-up ends with. */
export const REFUSED = 'ERR_TEST_NETWORK'

type Callback = (error: Error) => void

const installed = Symbol.for('heysync.test.networkRefused')

/** An error that names the host and what to do instead. */
function refusal(host: string): Error {
  const message = `A test tried to reach "${host}". Tests talk to this machine only: start a server on 127.0.0.1.`
  return Object.assign(new Error(message), { code: REFUSED })
}

/** True for names and addresses that never leave this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true
  if (bare === '::1' || bare === '0:0:0:0:0:0:0:1') return true
  const v4 = bare.startsWith('::ffff:') ? bare.slice('::ffff:'.length) : bare
  return net.isIPv4(v4) && v4.startsWith('127.')
}

/** The host that a call of `socket.connect` means; undefined for a Unix socket or pipe. */
function hostOf(args: readonly unknown[]): string | undefined {
  // net.connect() and tls.connect() hand over their arguments as one list: [options, callback].
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  if (typeof first === 'object' && first !== null) {
    const { path, host } = first as { path?: unknown; host?: unknown }
    if (typeof path === 'string') return undefined
    return typeof host === 'string' ? host : 'localhost'
  }
  const isPath = typeof first === 'string' && Number.isNaN(Number(first))
  if (isPath) return undefined
  return typeof second === 'string' ? second : 'localhost'
}

function refuseSockets(): void {
  const connect = net.Socket.prototype.connect
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
    const host = hostOf(args)
    if (host === undefined || isLoopback(host)) return Reflect.apply(connect, this, args)
    // Fails the way an unknown name does, after the caller had time to listen for the error.
    const lookup = (_name: string, _options: unknown, callback: Callback) => {
      setImmediate(callback, refusal(host))
    }
    return Reflect.apply(connect, this, [{ host: 'refused.invalid', port: 1, lookup }])
  } as typeof connect
}

function refusePackets(): void {
  const send = dgram.Socket.prototype.send
  dgram.Socket.prototype.send = function (this: dgram.Socket, ...args: unknown[]): void {
    // send(msg, [offset, length,] [port] [, address] [, callback]): past the message, the only text is the address.
    const address = args.slice(1).find((arg) => typeof arg === 'string')
    if (address !== undefined && !isLoopback(address)) throw refusal(address)
    Reflect.apply(send, this, args)
  } as typeof send
  const connect = dgram.Socket.prototype.connect
  dgram.Socket.prototype.connect = function (this: dgram.Socket, ...args: unknown[]): void {
    const address = args.slice(1).find((arg) => typeof arg === 'string')
    if (address !== undefined && !isLoopback(address)) throw refusal(address)
    Reflect.apply(connect, this, args)
  } as typeof connect
}

/** Look-ups that ask a name server, in both of node's forms. Loopback names and addresses pass. */
function refuseLookups(): void {
  const callbacks = dns as unknown as Record<string, unknown>
  const promises = dns.promises as unknown as Record<string, unknown>
  const asks = (name: string) => name === 'lookup' || name === 'reverse' || /^resolve([A-Z]|\d|$)/.test(name)
  for (const name of Object.keys(callbacks).filter(asks)) {
    const original = callbacks[name]
    if (typeof original !== 'function') continue
    callbacks[name] = (...args: unknown[]): unknown => {
      const [host] = args
      // A plain address is answered without a question to anybody; connecting to it is what gets refused.
      if (typeof host !== 'string' || isLoopback(host) || (name === 'lookup' && net.isIP(host) > 0)) {
        return Reflect.apply(original, dns, args)
      }
      const callback = args.at(-1)
      if (typeof callback !== 'function') throw refusal(host)
      return process.nextTick(callback as Callback, refusal(host))
    }
  }
  for (const name of Object.keys(promises).filter(asks)) {
    const original = promises[name]
    if (typeof original !== 'function') continue
    promises[name] = async (...args: unknown[]): Promise<unknown> => {
      const [host] = args
      if (typeof host !== 'string' || isLoopback(host) || (name === 'lookup' && net.isIP(host) > 0)) {
        return Reflect.apply(original, dns.promises, args)
      }
      throw refusal(host)
    }
  }
}

const marked = globalThis as { [installed]?: true }
if (marked[installed] === undefined) {
  marked[installed] = true
  refuseSockets()
  refusePackets()
  refuseLookups()
}
