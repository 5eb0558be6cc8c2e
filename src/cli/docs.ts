// Owns the generated parts of docs/cli.md, docs/heymarket.md, docs/operations.md, docs/sandbox.md and docs/mapping.md. Pure: the command
// table, the table of errors, the switches of the sandbox and the retry rule go in, Markdown comes out.
import { type GeneratedDocument, parts } from '../config/generate/documents.ts'
import { rejectionsTable } from '../config/generate/error-tables.ts'
import { markdownTable } from '../config/generate/marked.ts'
import { backoffMs } from '../heymarket/transport.ts'
import { ERROR_TABLE, type ExitCode } from '../lib/errors.ts'
import { dialectTableMarkdown } from '../sandbox/dialects.ts'
import { faultTableMarkdown } from '../sandbox/faults.ts'
import type { Command, CommandEntry } from './command.ts'
import { dialectsEverywhere, endpointTable } from './endpoint-table.ts'
import { commands } from './table.ts'

/** Everything that follows from the command table and the tables of the engine; scripts/docs.mjs writes it. */
export async function cliDocuments(): Promise<readonly GeneratedDocument[]> {
  const sections = await Promise.all(commands.map(async (entry) => commandSection(entry, await entry.load())))
  return [
    parts('docs/cli.md', () => ({
      overview: overviewTable(),
      commands: sections.join('\n\n'),
      exits: exitTable(),
    })),
    parts('docs/heymarket.md', () => ({
      endpoints: `${endpointTable()}\n\nAt every endpoint: ${dialectsEverywhere()}.`,
    })),
    parts('docs/operations.md', () => ({ backoff: backoffTable() })),
    parts('docs/sandbox.md', () => ({ dialects: dialectTableMarkdown(), faults: faultTableMarkdown() })),
    parts('docs/mapping.md', () => ({ rejections: rejectionsTable() })),
  ]
}

const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'Done.',
  1: 'Failed, and worth running again: nothing has to be corrected first.',
  2: 'The command line, the config, a source or the account needs a correction first.',
  3: 'A part waits for a person: a guard holds it until `approve`, or `apply` or `undo` refused it because it moved since.',
  4: 'The command worked and found something to look at: rejections, dead letters or drift.',
  5: 'The database was written by a newer heysync.',
}

/** What the exit codes of a command mean, where that is more than the words of EXIT_MEANING. */
type Exits = Partial<Record<ExitCode, string>>

const OPENS_DATABASE: Exits = {
  2: 'The command line, the config or the database file needs a correction.',
  5: 'The database was written by a newer heysync.',
}

const CYCLE: Exits = {
  0: 'Everything that the plan asked for is written, or nothing was to be written.',
  1: 'A source or Heymarket could not be reached, a change is to be tried again, or Heymarket refused one.',
  2: 'The config, a source, the credentials or a name in the account needs a correction.',
  3: 'A part is held; the rest is written.',
  5: 'The database was written by a newer heysync.',
}

const READS_ACCOUNT: Exits = {
  0: 'Printed, also when there is none.',
  1: 'Heymarket could not be reached, or does not show them.',
  ...OPENS_DATABASE,
}

const EXITS: Readonly<Record<string, Exits>> = {
  init: { 0: 'heysync.yaml is written.', 2: 'It is there already, or the file of `--csv` cannot be read.' },
  check: {
    0: 'All is well.',
    1: 'Heymarket or a source cannot be reached just now.',
    2: 'Something needs a correction; each line says what.',
    4: 'A rule under `lists` names a list that no source has; nothing else is wrong.',
    5: 'The database was written by a newer heysync.',
  },
  plan: {
    0: 'Nothing would be held.',
    1: 'A source or Heymarket could not be reached.',
    2: 'The config, a source, the credentials or a name in the account needs a correction.',
    3: 'A part would be held.',
    5: 'The database was written by a newer heysync.',
  },
  apply: {
    0: 'Everything that the plan says is in Heymarket.',
    1: 'Heymarket could not be reached, a change is to be tried again, or Heymarket refused one. The same command goes on.',
    2: 'The file is no plan, was edited, or belongs to another account; or something else needs a correction. Nothing was written.',
    3: 'A part was refused because it moved since, or stays held; the rest is written.',
    5: 'The database was written by a newer heysync.',
  },
  pause: {
    0: 'It is so.',
    2: 'There is no such source, or something else needs a correction.',
    5: 'The database was written by a newer heysync.',
  },
  resume: {
    0: 'It is so.',
    2: 'There is no such source, or something else needs a correction.',
    5: 'The database was written by a newer heysync.',
  },
  reload: {
    0: 'The service goes by the config as it is now.',
    2: 'The config is refused and what ran before runs on, or no service answers.',
    5: 'The database was written by a newer heysync.',
  },
  sync: CYCLE,
  resync: CYCLE,
  redrive: CYCLE,
  approve: { ...CYCLE, 2: 'There is no such cycle, or something else needs a correction.' },
  undo: {
    0: 'It is as it was, the plan is in the file, or nothing was taken back because you said no.',
    1: 'Heymarket could not be reached, a change is to be tried again, or Heymarket refused one. The same command goes on.',
    2: 'There is no such cycle, nothing is kept of it, or something else needs a correction.',
    3: 'Somebody changed a part of it since, which was refused; the rest is as it was.',
    5: 'The database was written by a newer heysync.',
  },
  reconcile: {
    0: 'Heymarket holds what the mirror says; what was edited there and is kept counts as that.',
    1: 'Heymarket could not be reached.',
    2: 'The config or the credentials need a correction.',
    4: 'There was drift, a field is still to be restored, or the account counts more contacts than it showed.',
    5: 'The database was written by a newer heysync.',
  },
  run: { 0: 'Stopped by SIGTERM, SIGINT or Ctrl-C.', ...OPENS_DATABASE },
  status: {
    0: 'All is well.',
    1: 'The last cycle failed.',
    3: 'Something is held for you.',
    4: 'There are alarms, rejections or dead letters.',
    ...OPENS_DATABASE,
  },
  why: { 0: 'The answer is printed, also when nothing is known.', ...OPENS_DATABASE },
  rejections: { 0: 'The list is printed, also when it is empty.', ...OPENS_DATABASE },
  collisions: { 0: 'The list is printed, also when it is empty.', ...OPENS_DATABASE },
  failures: { 0: 'The list is printed, also when it is empty.', ...OPENS_DATABASE },
  consent: {
    0: 'Printed, changed, or not changed because you said no.',
    1: 'Heymarket could not be reached or refused it.',
    2: 'The command line needs a correction, or only the person can lift the opt-out.',
    5: 'The database was written by a newer heysync.',
  },
  'support-bundle': {
    0: 'Written.',
    ...OPENS_DATABASE,
    2: 'The file cannot be written, or the config or the database needs a correction.',
  },
  completion: { 0: 'Printed.', 2: 'There is no such shell.' },
  alerts: {
    0: 'Listed; with `test`, everybody was reached.',
    1: '`test` did not reach somebody.',
    ...OPENS_DATABASE,
  },
  backup: {
    0: 'The copy is written and whole.',
    2: 'The file is there already or cannot be written, or the config needs a correction.',
    5: 'The database was written by a newer heysync.',
  },
  restore: {
    0: 'The backup has taken the place of the database, or the question was answered with no.',
    1: 'Another heysync process works on the database.',
    2: 'The file is no backup that can be used, or the config needs a correction. Nothing was changed.',
    5: 'The backup was written by a newer heysync. Nothing was changed.',
  },
  erase: {
    0: 'Erased, lifted or listed, or not done because you said no.',
    1: 'Heymarket could not be reached or refused something; the same command does what is left.',
    2: 'The command line needs a correction, or there is no terminal to ask on and no `--yes`. Nothing was erased.',
    5: 'The database was written by a newer heysync.',
  },
  send: {
    0: 'The message is sent, or an earlier call had sent it.',
    1: 'Heymarket could not be reached or refused it; the same command goes on, and never sends twice.',
    2: 'The command line or a name needs a correction, or the person opted out. Nothing was sent.',
    5: 'The database was written by a newer heysync.',
  },
  broadcast: {
    0: 'Sent, sent by an earlier call, or not sent because you said no. `status` and `list`: printed.',
    1: 'Heymarket could not be reached or refused something; the same command goes on, and nobody is texted twice.',
    2: 'The command line, a name or a merge token needs a correction, or nobody may be texted. Nothing was sent.',
    5: 'The database was written by a newer heysync.',
  },
  schedule: {
    0: 'Done, done by an earlier call, or not done because you said no.',
    1: 'Heymarket could not be reached or refused it, or no answer came and it is not known whether it was taken.',
    2: 'The command line, a time or a name needs a correction, or the person opted out. Nothing was scheduled.',
    5: 'The database was written by a newer heysync.',
  },
  email: {
    0: 'The e-mail is sent, or an earlier call had sent it.',
    1: 'Heymarket could not be reached or refused it, or no answer came and it is not known whether it went out.',
    2: 'The command line or a name needs a correction. Nothing was sent.',
    5: 'The database was written by a newer heysync.',
  },
  inboxes: READS_ACCOUNT,
  team: READS_ACCOUNT,
  fields: READS_ACCOUNT,
  tags: READS_ACCOUNT,
  lists: { ...READS_ACCOUNT, 0: 'The list is printed, deleted, or not deleted because you said no.' },
  templates: READS_ACCOUNT,
  replies: {
    0: 'The list is printed, also when it is empty.',
    1: 'Heymarket could not be reached.',
    ...OPENS_DATABASE,
  },
  api: {
    0: 'The answer is printed, or nothing was sent because you said no.',
    1: 'Heymarket could not be reached or refused the request.',
    2: 'The command line needs a correction, or the request breaks a documented rule. Nothing was sent.',
    5: 'The database was written by a newer heysync.',
  },
  connectors: {
    0: 'Printed, written, or everything that was tried is right.',
    1: 'The source could not be reached.',
    2: 'The action, the name or the config needs a correction; a folder of that name is there already.',
    4: '`test` found something to look at.',
    5: 'The database was written by a newer heysync.',
  },
  pull: {
    0: 'The records are printed, also when there are none.',
    1: 'The source could not be reached.',
    2: 'The command line, the config or the source needs a correction.',
    5: 'The database was written by a newer heysync.',
  },
  sandbox: { 0: 'Ended with Ctrl-C.', 2: 'A flag is wrong, or the port is taken.' },
  demo: { 0: 'The show is over.', 1: 'Something went wrong, or it was interrupted.' },
}

function overviewTable(): string {
  return markdownTable(
    ['Command', 'What it does'],
    commands.map(({ name, summary }) => [`[\`${name}\`](#${name})`, summary]),
  )
}

function usageOf(name: string, { args = [], options = [], json }: Command): string {
  const words = args.map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`))
  const flags = [...options.map((option) => option.flags), ...(json === undefined ? [] : ['--json'])]
  return ['heysync', name, ...words, ...flags.map((flag) => `[${flag}]`)].join(' ')
}

/**
 * The section of one command.
 * @throws Error when the command has no exit codes in EXITS.
 */
function commandSection({ name }: CommandEntry, command: Command): string {
  const { about, args = [], options = [], examples, json } = command
  const exits = EXITS[name]
  if (exits === undefined)
    throw new Error(`src/cli/docs.ts does not say what the exit codes of ${name} mean.`)
  const rows = [
    ...args.map((arg) => [`\`${arg.name}\``, arg.summary]),
    ...options.map((option) => [`\`${option.flags}\``, option.summary]),
    ...(json === undefined ? [] : [['`--json`', 'print data for a script']]),
  ]
  return [
    `### ${name}`,
    about,
    `    ${usageOf(name, command)}`,
    ...(rows.length === 0 ? [] : [markdownTable(['Argument or option', 'Meaning'], rows)]),
    examples.map(({ line, what }) => `- \`${line}\`: ${what}`).join('\n'),
    ...(json === undefined ? [] : [`With \`--json\`: ${json}.`]),
    'Exit codes:',
    Object.entries(exits)
      .map(([code, meaning]) => `- ${code}: ${meaning}`)
      .join('\n'),
  ].join('\n\n')
}

function exitTable(): string {
  const codes = Object.entries(ERROR_TABLE)
  return markdownTable(
    ['Exit code', 'Meaning', 'Error codes'],
    Object.entries(EXIT_MEANING).map(([exit, meaning]) => [
      exit,
      meaning,
      codes
        .filter(([, kind]) => String(kind.exitCode) === exit)
        .map(([code]) => `\`${code}\``)
        .join(' '),
    ]),
  )
}

/** Waits shown: from the eighth on they are all as long as the eighth. */
const WAITS = 8

function backoffTable(): string {
  const waits = Array.from({ length: WAITS }, (_, index) => {
    const at = (dice: number) => backoffMs(index + 1, () => dice)
    return { shortest: at(0), longest: at(1) }
  })
  const upTo = (key: 'shortest' | 'longest', count: number) =>
    waits.slice(0, count).reduce((sum, wait) => sum + wait[key], 0)
  return markdownTable(
    ['After failed try', 'Wait', 'Waited so far'],
    waits.map(({ shortest, longest }, index) => [
      index + 1 === WAITS ? `${WAITS} and each later one` : String(index + 1),
      span(shortest, longest),
      span(upTo('shortest', index + 1), upTo('longest', index + 1)),
    ]),
  )
}

/** Two lengths of time in milliseconds as seconds. */
function span(fromMs: number, toMs: number): string {
  return `${fromMs / 1000} to ${toMs / 1000} s`
}
