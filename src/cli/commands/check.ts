// Owns `check`: everything tried without writing a contact, and for each thing that is wrong the way to mend it.

import type { App } from '../../app.ts'
import { ConnectorError } from '../../connector/contract.ts'
import { asHeysyncError, type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { missingNames } from '../../sync/account.ts'
import { listsShown } from '../../sync/lists/plan-lists.ts'
import { is, unknownLists, unknownText } from '../../sync/lists/source-lists.ts'
import type { SourceList } from '../../sync/mirror/source-lists.ts'
import type { WayName } from '../../sync/mirror/ways.ts'
import { doubtText } from '../../sync/pull/lists.ts'
import { overlapSeconds } from '../../sync/pull/overlap.ts'
import type { Source } from '../../sync/pull/pull.ts'
import { sourceError } from '../../sync/pull/source-error.ts'
import { type Command, flag } from '../command.ts'
import type { Io } from '../io.ts'
import { withApp } from '../open.ts'
import { overlapText } from '../overlap-text.ts'
import { columns, many } from '../table-text.ts'

interface Finding {
  readonly what: string
  readonly ok: boolean
  readonly says: string
  readonly hint?: string | undefined
  readonly exitCode: ExitCode
}

export const check: Command = {
  about:
    'Reads the config, a little of each source, and the account; writes no contact. Custom fields and tags that the mapping ' +
    'names must exist in the account: `--create-fields` and `--create-tags` make those that do not.',
  options: [
    { flags: '--create-fields', summary: 'make the custom fields that the account lacks' },
    { flags: '--create-tags', summary: 'make the tags that the account lacks' },
  ],
  examples: [
    { line: 'heysync check', what: 'before the first plan' },
    {
      line: 'heysync check --create-fields --create-tags',
      what: 'make what the mapping names and the account lacks',
    },
  ],
  json: 'a list of `what`, `ok`, `says`, `hint`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const findings: Finding[] = []
      const add = (finding: Finding) => {
        findings.push(finding)
        if (!flag(call, 'json')) sayFinding(io, finding)
      }
      add({ what: 'config', ok: true, says: app.loaded.path, exitCode: 0 })
      const shown: SourceList[] = [...app.engine.mirror.sourceLists.known()]
      for (const source of app.engine.sources) add(await checkSource(app, source, shown))
      for (const finding of [...checkLists(app, shown), ...doubtedLists(app)]) add(finding)
      for (const finding of await checkAccount(app, {
        fields: flag(call, 'createFields'),
        tags: flag(call, 'createTags'),
      }))
        add(finding)
      add({ what: 'bulk writes', ok: true, says: waysText(app), exitCode: 0 })
      if (flag(call, 'json')) {
        io.data(
          `${JSON.stringify(
            findings.map(({ exitCode: _, ...finding }) => finding),
            null,
            2,
          )}\n`,
        )
      }
      const worst = findings.reduce<ExitCode>(
        (code, finding) => (finding.exitCode === 2 || code === 0 ? finding.exitCode || code : code),
        0,
      )
      if (worst === 0)
        io.say(
          `\n${io.color.green('All is well.')} ${io.color.cyan('heysync plan')} shows what the first sync would do.`,
        )
      return worst
    }),
}

function sayFinding(io: Io, { what, ok, says, hint }: Finding): void {
  io.data(`${columns([[ok ? io.color.green('✓') : io.color.red('✗'), io.color.bold(what), says]], '')}\n`)
  if (hint !== undefined) io.data(`    ${io.color.cyan(hint)}\n`)
}

/** Adds the lists that the source names to `shown`. */
async function checkSource(app: App, source: Source, shown: SourceList[]): Promise<Finding> {
  const what = `source ${source.config.id}`
  try {
    const found = await source.connector.discover(
      source.options,
      app.engine.connectorContext(source.config.id, { looks: true }),
    )
    shown.push(...(found.lists ?? []).map((title) => ({ source: source.config.id, title })))
    const names = found.fields.map((field) => field.name)
    const missing = source.normalizer.fields.find(
      ({ path }) => !names.includes(path) && !names.includes(path.split('.')[0] ?? ''),
    )
    if (source.connector.fixedFields && missing) {
      throw new HeysyncError('ERR_SOURCE_FIELD', {
        message: `There is no column "${missing.path}", which the mapping names at ${app.loaded.placeOf(missing.key)}.`,
        hint: `The columns are: ${names.join(', ')}.`,
      })
    }
    const count = found.count === null ? '' : `, ${many(found.count, 'record')}`
    return {
      what,
      ok: true,
      says: `${source.connector.kind}: ${many(names.length, 'column')}${count}${overlapWords(app, source)}`,
      exitCode: 0,
    }
  } catch (thrown) {
    app.engine.signal.throwIfAborted()
    return failed(
      what,
      thrown instanceof ConnectorError ? sourceError(thrown, source.config.id, false) : thrown,
    )
  }
}

/** Where rows turned up late, so that more is read again than the config says. */
function overlapWords({ engine }: App, { config }: Source): string {
  const seconds = overlapSeconds(engine.mirror, config, engine.clock.now())
  return seconds > config.overlapSeconds ? `; ${overlapText({ id: config.id, overlapSeconds: seconds })}` : ''
}

/** Rules that name a list which no source has: they do nothing, so that nobody is taken off by a mistake in writing. */
function checkLists(app: App, shown: readonly SourceList[]): Finding[] {
  const ids = app.engine.sources.map(({ config }) => config.id)
  const known = shown.filter(({ source }) => ids.includes(source))
  const { forgotten } = listsShown(app.engine.mirror, new Set(ids))
  const lists = { known, forgotten: forgotten.filter((list) => !known.some((one) => is(one, list))) }
  // Some can say what lists they have only when they are pulled.
  const silent = app.engine.sources
    .filter(({ connector }) => connector.capabilities.lists === true)
    .map(({ config }) => config.id)
    .filter((id) => !known.some(({ source }) => source === id))
  return app.engine.lists.flatMap((rule) => {
    const unknown = unknownLists(rule.reads, lists)
    const mayCome = unknown?.some(({ source }) => source === null || silent.includes(source))
    if (unknown === null || (silent.length > 0 && mayCome !== false)) return []
    return [
      {
        what: 'list',
        ok: false,
        says: `"${rule.title}" asks for a list of a source: ${unknownText(unknown, lists)}`,
        hint:
          known.length === 0
            ? 'None of the sources has lists. `heysync connectors list` shows which kinds do.'
            : `Correct the title in heysync.yaml. The sources have: ${known.map(({ title }) => title).join(', ')}.`,
        exitCode: 4 as const,
      },
    ]
  })
}

/** Lists that showed hardly anybody in their last reading, and are not believed. */
function doubtedLists({ engine }: App): Finding[] {
  const doubted = engine.mirror.sourceLists.doubted()
  const ids = engine.sources.map(({ config }) => config.id)
  return doubted
    .filter(({ source }) => ids.includes(source))
    .map((list) => ({
      what: 'list',
      ok: false,
      says: `${list.source}: ${doubtText(list)}`,
      hint: `Look at the list in the source. If that is right: heysync sync --allow-empty ${list.source}`,
      exitCode: 4 as const,
    }))
}

async function checkAccount(app: App, create: { fields: boolean; tags: boolean }): Promise<Finding[]> {
  const { client, engine } = app
  try {
    const inboxes = await client.inboxes.list()
    let lookups = await engine.lookups.get({ fresh: true })
    const account = `team "${lookups.account.name}" (${lookups.account.id}), ${many(inboxes.length, 'inbox', 'inboxes')}, ${many(await client.contacts.count(), 'contact')}`
    const findings: Finding[] = [{ what: 'Heymarket', ok: true, says: account, exitCode: 0 }]
    for (const { kind, name } of missingNames(lookups, engine.named)) {
      if (kind === 'custom field' && create.fields) {
        await client.contactFields.create(name)
        findings.push({ what: kind, ok: true, says: `"${name}" made`, exitCode: 0 })
      }
      if (kind === 'tag' && create.tags) {
        await client.tags.create(name)
        findings.push({ what: kind, ok: true, says: `"${name}" made`, exitCode: 0 })
      }
    }
    lookups = findings.length > 1 ? await engine.lookups.get({ fresh: true }) : lookups
    for (const { kind, name, nearest } of missingNames(lookups, engine.named)) {
      const hint = kind === 'tag' ? 'heysync check --create-tags' : 'heysync check --create-fields'
      findings.push({
        what: kind,
        ok: false,
        says: `the account has no ${kind} "${name}"${nearest ? `; did you mean "${nearest}"?` : ''}`,
        hint: `Correct the name in the mapping, or let heysync make it: ${hint}`,
        exitCode: 2,
      })
    }
    return findings
  } catch (thrown) {
    engine.signal.throwIfAborted()
    return [failed('Heymarket', thrown)]
  }
}

const WAY_TEXT: Readonly<Record<WayName, string>> = {
  'create.batch': 'new contacts by batch',
  'create.bulk': 'new contacts by v2 bulk write',
  'update.batch': 'edits by batch',
  search: 'reading back by search',
  'list.delta': 'members of a list',
}

/** What was learnt about writing many contacts in one request. */
function waysText(app: App): string {
  if (app.engine.writes === 'single') return 'one contact per request, as `heymarket.writes: single` says'
  const learnt = app.engine.mirror.ways.learnt().map((way) => {
    const name = WAY_TEXT[way.name]
    if (way.state === 'missing') return `no ${name} (${way.why})`
    const size =
      way.ceiling === null ? `${way.fits} at once` : `${way.fits} at once, ${way.ceiling} were too many`
    return `${name}: ${size}${way.notStored.length > 0 ? `, without ${way.notStored.join(', ')}` : ''}`
  })
  return learnt.length > 0
    ? learnt.join('; ')
    : 'not tried yet: the first sync finds out what the account takes'
}

function failed(what: string, thrown: unknown): Finding {
  const error = asHeysyncError(thrown)
  const place = error.place === undefined ? '' : `${error.place}: `
  return { what, ok: false, says: `${place}${error.message}`, hint: error.hint, exitCode: error.exitCode }
}
