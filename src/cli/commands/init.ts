// Owns `init`: a first heysync.yaml, with the columns of the file that was named already mapped.

import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, relative, resolve } from 'node:path'
import { connectors } from '../../../connectors/index.ts'
import { connectorContext } from '../../connector/context.ts'
import { ConnectorError, type DiscoveredField } from '../../connector/contract.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { sourceError } from '../../sync/pull/source-error.ts'
import { type Command, flag, text } from '../command.ts'
import { firstConfig, guessMapping } from '../first-config.ts'
import type { Io } from '../io.ts'

export const init: Command = {
  about:
    'Writes heysync.yaml into this folder. With --csv it looks at the file and proposes a mapping for its columns. ' +
    'With --sandbox it points at a local `heysync sandbox` instead of a real account. A file that is there is left alone, unless you add --force.',
  options: [
    { flags: '--csv <file>', summary: 'contacts file to read (default ./contacts.csv)' },
    { flags: '--country <country>', summary: 'country of numbers that name none, e.g. US' },
    { flags: '--sandbox', summary: 'use the credentials and the address of `heysync sandbox`' },
    { flags: '--base-url <url>', summary: 'where the API is' },
    { flags: '--force', summary: 'overwrite heysync.yaml' },
  ],
  examples: [
    {
      line: 'heysync init --csv patients.csv --country US',
      what: 'for a real account; the credentials come from the environment',
    },
    { line: 'heysync init --sandbox', what: 'to try things out' },
  ],
  run: async (call, io) => {
    const target = resolve(io.cwd, text(call, 'config') ?? 'heysync.yaml')
    if (existsSync(target) && !flag(call, 'force')) {
      throw new HeysyncError('ERR_USAGE', {
        message: `${target} is there already; it was not touched.`,
        hint: '`heysync check` tries it. `heysync init --force` writes a new one over it.',
      })
    }
    const asked = text(call, 'csv')
    const csvPath = resolve(io.cwd, asked ?? 'contacts.csv')
    const columns = asked !== undefined || existsSync(csvPath) ? await readColumns(csvPath, io) : []
    const mapping = guessMapping(columns)
    const sandbox = flag(call, 'sandbox')
    writeFileSync(
      target,
      firstConfig({
        sourceId: sourceIdOf(csvPath),
        csvPath: `./${relative(dirname(target), csvPath)}`,
        country: text(call, 'country') ?? null,
        baseUrl: text(call, 'baseUrl') ?? (sandbox ? 'http://127.0.0.1:8781' : null),
        sandbox,
        mapping,
      }),
    )
    io.say(`${io.color.green('✓')} wrote ${target}`)
    if (columns.length > 0)
      io.say(
        `  ${columns.length} columns read, mapped: ${Object.keys(mapping.fields).join(', ') || 'none; please map them'}`,
      )
    if (mapping.id === null)
      io.say(
        `  ${io.color.yellow('No column looks like an id:')} set idColumn to one that never changes for a person.`,
      )
    if (!sandbox)
      io.say(
        '  export HEYMARKET_SECRET_ID=… HEYMARKET_SECRET_KEY=…   (Heymarket: Settings, Integrations, API)',
      )
    io.say(
      `\n  ${io.color.cyan('heysync check')}  tries everything  ·  ${io.color.cyan('heysync plan')}  shows what would change  ·  ${io.color.cyan('heysync sync')}  does it`,
    )
    return 0
  },
}

async function readColumns(path: string, io: Io): Promise<readonly DiscoveredField[]> {
  const context = connectorContext({
    signal: io.signal,
    baseDir: io.cwd,
    clock: io.clock,
    log: { debug: () => {}, info: () => {}, warn: () => {} },
  })
  const connector = await connectors.get('csv')?.()
  if (!connector) return []
  const discover = async (idColumn: string): Promise<readonly DiscoveredField[]> =>
    (await connector.discover(connector.options.parse({ path, idColumn }), context)).fields
  try {
    // Which column is the id is not known yet. Where none is called so, the nearest that the file has will do to read it.
    return await discover('id').catch((error: unknown) => {
      const nearest = isMissingColumn(error) ? /"(.+)"/.exec(error.hint ?? '')?.[1] : undefined
      if (nearest === undefined) throw error
      return discover(nearest)
    })
  } catch (error) {
    throw sourceError(error, basename(path), false)
  }
}

function isMissingColumn(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.kind === 'field'
}

function sourceIdOf(path: string): string {
  const id = basename(path, extname(path))
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
  return id === '' ? 'contacts' : id.slice(0, 64)
}
