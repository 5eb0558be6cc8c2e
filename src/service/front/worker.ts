// The entry of the front's thread: it starts the front, and passes on what the two threads say to each other.
import { parentPort } from 'node:worker_threads'
import { HeysyncError } from '../../lib/errors.ts'
import type { Control } from '../control.ts'
import { startFront } from './front.ts'
import { type Order, type Report, receivedError, sentError } from './messages.ts'
import type { FrontLog, FrontOptions } from './options.ts'

const port = parentPort
if (port === null) throw new HeysyncError('ERR_INTERNAL', { message: 'This file is the entry of a thread.' })
const report = (message: Report) => port.postMessage(message)

const asked = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
let count = 0
const ask =
  <K extends keyof Control>(what: K) =>
  (...args: readonly unknown[]) =>
    new Promise<never>((resolve, reject) => {
      count += 1
      asked.set(count, { resolve: resolve as (value: unknown) => void, reject })
      report({ kind: 'ask', id: count, what, args })
    })

const control: Control = {
  sync: ask('sync'),
  approve: ask('approve'),
  redrive: ask('redrive'),
  pause: ask('pause'),
  resume: ask('resume'),
  reconcile: ask('reconcile'),
  reload: ask('reload'),
}

async function start(options: FrontOptions): Promise<void> {
  let { level } = options.config.log
  // The daemon is not woken by each call for a line that its log does not want.
  const log: FrontLog = (...line) => {
    if (line[0] !== 'debug' || level === 'debug') report({ kind: 'log', line })
  }
  const front = await startFront(options, control, {
    log,
    now: () => Date.now(),
    tick: () => performance.now(),
    onWebhook: () => report({ kind: 'webhook' }),
  })
  port?.on('message', (order: Order) => {
    if (order.kind === 'tell') front.tell(order.event)
    if (order.kind === 'state') front.state(order.state)
    if (order.kind === 'configure') {
      level = order.part.config.log.level
      front.configure(order.part)
    }
    if (order.kind === 'answer') asked.get(order.id)?.resolve(order.value)
    if (order.kind === 'refusal') asked.get(order.id)?.reject(receivedError(order.error))
    if (order.kind === 'answer' || order.kind === 'refusal') asked.delete(order.id)
    if (order.kind === 'close') void front.close().finally(() => port.close())
  })
  report({ kind: 'open', url: front.url })
}

port.once('message', (order: Order) => {
  if (order.kind === 'start')
    start(order.options).catch((error) => report({ kind: 'failed', error: sentError(error) }))
})
