// The people that the programs of these tests read, and what is the same for all such programs. Written to the protocols, and
// without a word of heysync.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** The value after `--name` on the command line; undefined without one. */
export function argument(name) {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? undefined : process.argv[at + 1]
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Writes a line and waits while nobody takes it. */
export async function say(line) {
  const text = typeof line === 'string' ? line : JSON.stringify(line)
  if (!process.stdout.write(`${text}\n`)) await new Promise((go) => process.stdout.once('drain', go))
}

export function* peopleOf(config) {
  if (config.fill === undefined) return yield* readJson(config.people)
  for (let id = 1; id <= config.fill; id++)
    yield {
      id,
      phone: String(15_102_000_000 + id),
      first_name: `Ana ${id}`,
      last_name: 'Silva',
      email: `ana${id}@example.com`,
      updated_at: '2030-01-01T00:00:00.000000Z',
      gone_at: null,
      archived: false,
    }
}

export const isAfter = (one, mark) =>
  mark === undefined ||
  one.updated_at > mark.updated_at ||
  (one.updated_at === mark.updated_at && one.id >= (mark.id ?? 0))

export const byTime = (a, b) =>
  a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : a.id - b.id

const text = { type: ['null', 'string'] }
export const schema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    phone: text,
    first_name: text,
    last_name: text,
    email: text,
    updated_at: { type: 'string', format: 'date-time' },
    archived: { type: 'boolean' },
  },
}

/** What a misbehaving program was told to do: lines, cries on standard error, a new config, silence, an exit code. */
export async function perform(
  { lines = [], cries = 0, rewrite, knock, hang, deaf, exit = 0 },
  rewriteConfig,
) {
  if (deaf) process.on('SIGTERM', () => {})
  for (let n = 0; n < cries; n++)
    process.stderr.write(`${'x'.repeat(500)}\nno such key: ${readJson(argument('config')).api_key}\n`)
  if (rewrite !== undefined) rewriteConfig(rewrite)
  const held = knock === undefined ? null : connect(knock, '127.0.0.1')
  // Whoever listens there is told that it lives, and may end it.
  if (held !== null)
    await once(
      held.on('close', () => process.exit()).on('error', () => {}),
      'connect',
    )
  // A line that stood in the config with the key in it would be hidden for its own sake.
  for (const line of lines) await say(line.replace('{key}', readJson(argument('config')).api_key))
  if (hang) await new Promise((go) => setTimeout(go, 600_000))
  held?.destroy()
  process.exitCode = exit
}
