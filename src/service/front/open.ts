// Owns the front's thread as the daemon sees it: opened, told what is new, asked on behalf of HTTP, closed.
import { once } from 'node:events'
import { HeysyncError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Control } from '../control.ts'
import type { Front } from './front.ts'
import { type Order, type Report, receivedError, sentError } from './messages.ts'
import type { FrontOptions } from './options.ts'
import type { FrontThreads } from './thread.ts'

/** Starts the front in a thread of its own. Errors: ERR_PORT_IN_USE, ERR_DATABASE_OPEN. */
export async function openFront(
  options: FrontOptions,
  control: Control,
  {
    threads,
    log,
    onWebhook,
    onEnd,
  }: {
    readonly threads: FrontThreads
    readonly log: Logger
    onWebhook(): void
    /** It ended, and nobody had closed it. */
    onEnd(): void
  },
): Promise<Front> {
  const worker = threads.take()
  const order = (message: Order) => worker.postMessage(message)
  let closing = false
  const answer = async ({ id, what, args }: Extract<Report, { kind: 'ask' }>) => {
    try {
      order({ kind: 'answer', id, value: await askControl(control, what, args) })
    } catch (error) {
      order({ kind: 'refusal', id, error: sentError(error) })
    }
  }
  const url = await new Promise<string>((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.kind === 'open') resolve(report.url)
      if (report.kind === 'failed') reject(receivedError(report.error))
      if (report.kind === 'ask') void answer(report)
      if (report.kind === 'webhook') onWebhook()
      if (report.kind === 'log') {
        const [level, fields, message] = report.line
        log[level](fields, message)
      }
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      if (!closing) reject(new HeysyncError('ERR_INTERNAL', { message: 'The thread of the front ended.' }))
    })
    order({ kind: 'start', options })
  }).catch(async (error) => {
    await worker.terminate()
    throw error
  })
  worker.on('error', (error) => log.error({ code: 'ERR_INTERNAL' }, `The front failed: ${error.message}`))
  worker.on('exit', () => {
    if (!closing) onEnd()
  })
  return {
    url,
    tell: (event) => order({ kind: 'tell', event }),
    state: (state) => order({ kind: 'state', state }),
    configure: (part) => order({ kind: 'configure', part }),
    close: async () => {
      closing = true
      const ended = once(worker, 'exit')
      order({ kind: 'close' })
      await ended
    },
  }
}

async function askControl(control: Control, what: keyof Control, args: readonly unknown[]): Promise<unknown> {
  const act = control[what]
  if (act !== undefined) return (act as (...all: unknown[]) => Promise<unknown>).apply(control, [...args])
  throw new HeysyncError('ERR_USAGE', {
    message: 'This service reads Heymarket only together with the sources.',
    hint: 'POST /api/resync does so.',
  })
}
