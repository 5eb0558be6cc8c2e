// Owns the front's thread as the daemon sees it: begun, told what is new, asked on behalf of HTTP, closed.
import { once } from 'node:events'
import { HeysyncError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Control } from '../control.ts'
import type { Front } from './front.ts'
import { type Order, type Report, receivedError, sentError } from './messages.ts'
import type { FrontOptions } from './options.ts'
import type { FrontThreads } from './thread.ts'

export interface FrontTold {
  onWebhook(): void
  /** It ended, and nobody had closed it. */
  onEnd(): void
}

/** A front that opens while the daemon does. It answers what it reads at once; what it asks waits for `serve`. */
export interface BegunFront {
  /** Errors: ERR_PORT_IN_USE, ERR_DATABASE_OPEN. */
  serve(control: Control, told: FrontTold, state: FrontOptions['state']): Promise<Front>
  /** Instead of `serve`. */
  cancel(): Promise<void>
}

/** Starts the front in a thread of its own. */
export function beginFront(options: FrontOptions, threads: FrontThreads, log: Logger): BegunFront {
  const worker = threads.take()
  const order = (message: Order) => worker.postMessage(message)
  let serve: (by: { control: Control; told: FrontTold }) => void = () => {}
  const served = new Promise<{ control: Control; told: FrontTold }>((resolve) => {
    serve = resolve
  })
  let closing = false
  const answer = async ({ id, what, args }: Extract<Report, { kind: 'ask' }>) => {
    const { control } = await served
    const act = control[what] as (...all: readonly unknown[]) => Promise<unknown>
    try {
      order({ kind: 'answer', id, value: await act(...args) })
    } catch (error) {
      order({ kind: 'refusal', id, error: sentError(error) })
    }
  }
  const opened = new Promise<string>((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.kind === 'open') resolve(report.url)
      if (report.kind === 'failed') reject(receivedError(report.error))
      if (report.kind === 'ask') void answer(report)
      if (report.kind === 'webhook') void served.then(({ told }) => told.onWebhook())
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
  })
  // Whoever serves it hears of it.
  opened.catch(() => {})
  return {
    serve: async (control, told, state) => {
      const url = await opened.catch(async (error) => {
        await worker.terminate()
        throw error
      })
      order({ kind: 'state', state })
      serve({ control, told })
      worker.on('error', (error) => log.error({ code: 'ERR_INTERNAL' }, `The front failed: ${error.message}`))
      worker.on('exit', () => {
        if (!closing) told.onEnd()
      })
      return {
        url,
        tell: (event) => order({ kind: 'tell', event }),
        state: (now) => order({ kind: 'state', state: now }),
        configure: (part) => order({ kind: 'configure', part }),
        close: async () => {
          closing = true
          const ended = once(worker, 'exit')
          order({ kind: 'close' })
          await ended
        },
      }
    },
    cancel: async () => {
      closing = true
      await worker.terminate()
    },
  }
}
