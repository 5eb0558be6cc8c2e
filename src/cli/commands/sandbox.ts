// Owns `sandbox`: a local Heymarket in the foreground, each request printed as it comes.
import { once } from 'node:events'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { maskPhone } from '../../lib/phone.ts'
import { parseDialect } from '../../sandbox/dialects.ts'
import { parseFault } from '../../sandbox/faults.ts'
import { type RequestEntry, startSandbox } from '../../sandbox/server.ts'
import { type Call, type Command, text, texts } from '../command.ts'
import type { Colors, Io } from '../io.ts'
import { advanceSandbox, replyInSandbox } from '../running-sandbox.ts'

export const sandbox: Command = {
  about:
    'Serves the Heymarket API on this machine, with credentials `sandbox` and `sandbox-secret`, and prints each request; its page shows what it holds. ' +
    'Dialects choose how it reads what the documentation leaves open; faults make it fail on purpose. While it runs, ' +
    '`sandbox reply` texts in as a person, `sandbox advance` moves its time ahead, so that scheduled messages come due.',
  args: [
    { name: 'action', summary: 'reply or advance; nothing: serve', required: false },
    { name: 'phone', summary: 'of the person who replies; for advance the time, e.g. 2h', required: false },
    { name: 'text', summary: 'what they text', required: false },
  ],
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
    { flags: '--speed <n>', summary: 'how many times as fast its own time runs (default 1)' },
    { flags: '--webhook <url...>', summary: 'call this address on this machine for every event' },
    { flags: '--webhook-token <token>', summary: 'carried in the body of each call' },
    { flags: '--secret-id <id>', summary: 'Secret ID to accept (default sandbox)' },
    { flags: '--secret-key <key>', summary: 'Secret Key to accept (default sandbox-secret)' },
    {
      flags: '--url <url>',
      summary: 'reply, advance: where it runs (default: heymarket.baseUrl, or port 8781)',
    },
  ],
  examples: [
    { line: 'heysync sandbox', what: 'on port 8781, forgetting everything at the end' },
    {
      line: 'heysync sandbox --data sandbox.db --fault lostAnswer=0.05',
      what: 'kept in a file, one answer in twenty lost',
    },
    { line: 'heysync sandbox reply 14155552671 "STOP"', what: 'text in as a person' },
    { line: 'heysync sandbox advance 2h', what: 'two hours later' },
  ],
  run: (call, io) => {
    const [action, ...rest] = call.args
    if (action === undefined) return serve(call, io)
    if (action === 'reply') return replyInSandbox(call, io, rest)
    if (action === 'advance') return advanceSandbox(call, io, rest)
    throw new HeysyncError('ERR_USAGE', {
      message: `"${action}" is not an action of sandbox.`,
      hint: 'heysync sandbox, heysync sandbox reply <phone> "STOP", heysync sandbox advance 2h',
    })
  },
}

async function serve(call: Call, io: Io): Promise<ExitCode> {
  const whole = (name: string, key: string) => {
    const value = wholeOf(call, name)
    return value === undefined ? {} : { [key]: value }
  }
  const data = text(call, 'data')
  const secretId = text(call, 'secretId') ?? 'sandbox'
  const secretKey = text(call, 'secretKey') ?? 'sandbox-secret'
  const running = await startSandbox({
    ...whole('port', 'port'),
    ...whole('requestsPerMinute', 'requestsPerMinute'),
    ...whole('seed', 'seed'),
    ...whole('speed', 'speed'),
    ...(data === undefined ? {} : { data }),
    secretId,
    secretKey,
    dialects: Object.assign({}, ...texts(call, 'dialect').map(parseDialect)),
    faults: Object.assign({}, ...texts(call, 'fault').map(parseFault)),
    onRequest: (entry) => io.say(requestLine(entry, io.color)),
  })
  try {
    for (const url of texts(call, 'webhook')) running.webhooks.add(url, text(call, 'webhookToken'))
    io.data(
      `${io.color.bold('Sandbox')} at ${io.color.cyan(running.url)}  (open it in a browser; Ctrl-C ends it)\n\n`,
    )
    io.data('Point heysync.yaml at it:\n\n')
    io.data(
      `  heymarket:\n    baseUrl: ${running.url}\n    auth: { secretId: ${secretId}, secretKey: ${secretKey} }\n\n`,
    )
    for (const { url, token } of running.webhooks.list()) io.data(`Calls ${url} with the token ${token}\n`)
    if (!io.signal.aborted) await once(io.signal, 'abort')
  } finally {
    await running.close()
  }
  return 0
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

function wholeOf(call: Call, name: string): number | undefined {
  const value = text(call, name)
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  throw new HeysyncError('ERR_USAGE', {
    message: `"${value}" is not a whole number.`,
    hint: `Give --${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} a number.`,
  })
}
