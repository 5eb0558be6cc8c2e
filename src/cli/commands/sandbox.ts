// Owns `sandbox`: a local Heymarket in the foreground, each request printed as it comes.
import { once } from 'node:events'
import { HeysyncError } from '../../lib/errors.ts'
import { maskPhone } from '../../lib/phone.ts'
import { parseDialect } from '../../sandbox/dialects.ts'
import { parseFault } from '../../sandbox/faults.ts'
import { type RequestEntry, startSandbox } from '../../sandbox/server.ts'
import { type Call, type Command, text, texts } from '../command.ts'
import type { Colors } from '../io.ts'

export const sandbox: Command = {
  name: 'sandbox',
  summary: 'run a local Heymarket to try things out',
  about:
    'Serves the Heymarket API on this machine, with credentials `sandbox` and `sandbox-secret`, and prints each request. ' +
    'Dialects choose how it reads what the documentation leaves open; faults make it fail on purpose.',
  options: [
    { flags: '--port <port>', summary: 'port on 127.0.0.1 (default 8781)' },
    { flags: '--data <file>', summary: 'keep the state in this SQLite file' },
    { flags: '--dialect <name=value...>', summary: 'one reading of what the documentation leaves open' },
    {
      flags: '--fault <name=value...>',
      summary: 'something that goes wrong, most with a probability from 0 to 1',
    },
    { flags: '--requests-per-minute <n>', summary: 'limit per minute (default 500)' },
    { flags: '--seed <n>', summary: 'seed of the fault dice (default 1)' },
    { flags: '--secret-id <id>', summary: 'Secret ID to accept (default sandbox)' },
    { flags: '--secret-key <key>', summary: 'Secret Key to accept (default sandbox-secret)' },
  ],
  examples: [
    { line: 'heysync sandbox', what: 'on port 8781, forgetting everything at the end' },
    {
      line: 'heysync sandbox --data sandbox.db --fault lostAnswer=0.05',
      what: 'kept in a file, one answer in twenty lost',
    },
  ],
  run: async (call, io) => {
    const limit = whole(call, 'requestsPerMinute')
    const seed = whole(call, 'seed')
    const port = whole(call, 'port')
    const data = text(call, 'data')
    const secretId = text(call, 'secretId')
    const secretKey = text(call, 'secretKey')
    const running = await startSandbox({
      ...(port === undefined ? {} : { port }),
      ...(data === undefined ? {} : { data }),
      ...(limit === undefined ? {} : { requestsPerMinute: limit }),
      ...(seed === undefined ? {} : { seed }),
      ...(secretId === undefined ? {} : { secretId }),
      ...(secretKey === undefined ? {} : { secretKey }),
      dialects: Object.assign({}, ...texts(call, 'dialect').map(parseDialect)),
      faults: Object.assign({}, ...texts(call, 'fault').map(parseFault)),
      onRequest: (entry) => io.say(requestLine(entry, io.color)),
    })
    io.data(`${io.color.bold('Sandbox')} at ${running.url}  (Ctrl-C ends it)\n\n`)
    io.data('Point heysync.yaml at it:\n\n')
    io.data(
      `  heymarket:\n    baseUrl: ${running.url}\n    auth: { secretId: ${secretId ?? 'sandbox'}, secretKey: ${secretKey ?? 'sandbox-secret'} }\n\n`,
    )
    if (!io.signal.aborted) await once(io.signal, 'abort')
    await running.close()
    return 0
  },
}

function requestLine(entry: RequestEntry, color: Colors): string {
  const status =
    entry.status === null
      ? color.red('---')
      : entry.status < 400
        ? color.green(String(entry.status))
        : color.yellow(String(entry.status))
  const phone = entry.phone ? `  ${maskPhone(entry.phone)}` : ''
  return `${color.dim(new Date(entry.at).toISOString().slice(11, 23))}  ${status}  ${entry.method} ${entry.path}${phone}${entry.fault ? color.red(`  ${entry.fault}`) : ''}`
}

function whole(call: Call, name: string): number | undefined {
  const value = text(call, name)
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  throw new HeysyncError('ERR_USAGE', {
    message: `"${value}" is not a whole number.`,
    hint: `Give --${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} a number.`,
  })
}
