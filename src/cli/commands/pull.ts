// Owns `pull`: the first records of a source, raw and as the mapping reads them, side by side. Nothing is saved in the mirror.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { SourceRecord } from '../../connector/contract.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import type { Normalizer } from '../../sync/normalize/normalize.ts'
import { sourceError } from '../../sync/pull/source-error.ts'
import { type Command, flag, text } from '../command.ts'
import { firstRecords } from '../first-records.ts'
import { sourceOf } from '../one-source.ts'
import { withApp } from '../open.ts'
import { mappedOf, type Pulled, sideBySide } from '../render-pulled.ts'
import { type Known, otherIds, scrub } from '../scrub.ts'

export const pull: Command = {
  about:
    'Reads from the start and stops at `--limit`. Nothing reaches the mirror or Heymarket. What is shown are real people: mind who looks ' +
    'over your shoulder. `--save` writes the records as a fixture for tests, with made-up names, numbers and e-mails; look through it before you share it.',
  args: [{ name: 'source', summary: 'its id in heysync.yaml', required: true }],
  options: [
    { flags: '--limit <n>', summary: 'how many records (default 20)' },
    { flags: '--save <folder>', summary: 'also write them there, without the people' },
  ],
  examples: [
    { line: 'heysync pull clinic', what: 'the first twenty' },
    { line: 'heysync pull clinic --limit 200 --save fixtures/', what: 'and a fixture for tests' },
  ],
  json: 'a list of `id`, `updatedAt`, `raw`, `mapped`, `rejected`',
  run: (call, io) =>
    withApp<ExitCode>(call, io, async (app) => {
      const source = sourceOf(app, call.args[0] ?? '')
      const limit = limitOf(text(call, 'limit') ?? '20')
      const { id } = source.config
      const context = app.engine.connectorContext(id, { looks: true })
      const { records, bad, ended } = await firstRecords(
        source.connector,
        source.options,
        context,
        limit,
      ).catch((error: unknown) => {
        throw sourceError(error, id, false)
      })
      const pulled = records.map((record) => ({ record, result: source.normalizer.normalize(record) }))
      if (flag(call, 'json')) io.data(`${JSON.stringify(pulled.map(asJson), null, 2)}\n`)
      else for (const one of pulled) io.data(`${sideBySide(one, io)}\n\n`)
      for (const one of bad) io.say(`${io.color.red('✗')} ${one}`)
      const folder = text(call, 'save')
      if (folder !== undefined) {
        const file = join(resolve(io.cwd, folder), `${id}.json`)
        mkdirSync(resolve(io.cwd, folder), { recursive: true })
        const known = knownFields(source.normalizer)
        const idOf = otherIds()
        const harmless = records.map((record) => scrubbed(record, known, idOf))
        writeFileSync(file, `${JSON.stringify(harmless, null, 2)}\n`)
        io.say(`${io.color.green('✓')} wrote ${file}. Look through it before you share it.`)
      }
      if (pulled.length === 0) io.say(ended ? 'The source shows nobody.' : 'No record came.')
      return 0
    }),
}

function limitOf(typed: string): number {
  const limit = Number(typed)
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new HeysyncError('ERR_USAGE', {
    message: `--limit ${typed} is not a number of records.`,
    hint: 'heysync pull clinic --limit 20',
  })
}

function asJson({ record, result }: Pulled) {
  const { id, updatedAt, fields } = record
  const mapped = result.kind === 'contact' ? mappedOf(result) : null
  const rejected =
    result.kind === 'rejected' ? { code: result.rejection.code, field: result.rejection.field } : null
  return { id, updatedAt, raw: fields, mapped, rejected }
}

function knownFields({ fields }: Normalizer): Known {
  const under = (names: readonly string[]) =>
    new Set(fields.filter(({ key }) => names.some((name) => key.includes(name))).map(({ path }) => path))
  return { phone: under(['phone']), name: under(['first', 'last', 'displayName', 'assignee']) }
}

/** The place may be a path on this machine, so it stays here. */
function scrubbed(
  { place: _place, mergedInto, ...record }: SourceRecord,
  known: Known,
  idOf: (id: string) => string,
): SourceRecord {
  return {
    ...record,
    id: idOf(record.id),
    fields: scrub(record.fields, known) as SourceRecord['fields'],
    ...(mergedInto === undefined ? {} : { mergedInto: idOf(mergedInto) }),
  }
}
