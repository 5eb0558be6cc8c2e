// Owns `init`: a first heysync.yaml, by questions in a terminal and by flags elsewhere.
import { existsSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { locateConfig } from '../../config/locate.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Draft } from '../init/draft.ts'
import { draftFrom, type Given, givenBy } from '../init/given.ts'
import { runWizard } from '../init/wizard.ts'
import { gitignoreWithoutEnv, ignoreEnv, type Written, writeFiles } from '../init/write-files.ts'
import type { Io } from '../io.ts'
import { Cancelled, type Prompts, WentBack } from '../prompts.ts'
import { columns } from '../table-text.ts'
import { check } from './check.ts'
import { plan } from './plan.ts'

export const init: Command = {
  about:
    'Writes heysync.yaml into this folder. In a terminal it asks: for the account, the source and what its fields mean, shows sample people ' +
    'before and after, and makes the first plan. With --yes, or where nobody can answer, it takes what the flags say and proposes the rest. ' +
    'Secrets go into .env beside it, which heysync reads by itself. A file that is there is left alone, unless you add --force.',
  options: [
    { flags: '-y, --yes', summary: 'ask nothing' },
    { flags: '--csv <file>', summary: 'contacts file to read (default ./contacts.csv)' },
    { flags: '--connector <kind>', summary: 'another kind of source, see `heysync connectors`' },
    {
      flags: '--option <name=value...>',
      summary:
        'an option of the connector; a dot leads into one, as in sftp.host=…; a secret is moved to .env',
    },
    { flags: '--id <id>', summary: 'what the source is called' },
    {
      flags: '--map <field=from...>',
      summary:
        'a field of the contact, custom.<name> or country, and the field or =expression that it comes from',
    },
    { flags: '--country <country>', summary: 'country of numbers that name none, e.g. US' },
    { flags: '--schedule <cron>', summary: 'when `heysync run` looks for changes (default */5 * * * *)' },
    { flags: '--on-removed <what>', summary: 'what becomes of who left (default removeFromLists)' },
    { flags: '--removed-tag <tag>', summary: 'the tag, with --on-removed tag' },
    { flags: '--sandbox', summary: 'use the credentials and the address of `heysync sandbox`' },
    {
      flags: '--secret-id <id>',
      summary: 'of the API secret, for .env; the key comes from HEYMARKET_SECRET_KEY or --secrets-file',
    },
    {
      flags: '--secrets-file <file>',
      summary: 'NAME=value lines; what the config names of them is put into .env',
    },
    { flags: '--base-url <url>', summary: 'where the API is' },
    { flags: '--force', summary: 'overwrite heysync.yaml' },
  ],
  examples: [
    { line: 'heysync init', what: 'asks, step by step; Esc goes back, Ctrl-C leaves nothing behind' },
    { line: 'heysync init --sandbox --yes', what: 'to try things out with ./contacts.csv' },
    {
      line: 'heysync init --yes --csv patients.csv --country US',
      what: 'for a real account; the credentials come from the environment or .env',
    },
    {
      line: 'heysync init --yes --connector sql --option database=sqlite:clinic.db table=patients --map custom.Plan=plan_name',
      what: 'any other kind of source, for a script',
    },
  ],
  run: async (call, io) => {
    const target = locateConfig({ path: text(call, 'config'), env: io.env, cwd: io.cwd })
    const given = givenBy(call, io, dirname(target))
    const ask = flag(call, 'yes') ? null : await io.prompts()
    return ask === null ? byFlags(call, io, given, target) : byQuestions(call, io, { given, target, ask })
  },
}

async function byFlags(call: Call, io: Io, given: Given, target: string): Promise<ExitCode> {
  if (existsSync(target) && !flag(call, 'force')) {
    throw new HeysyncError('ERR_USAGE', {
      message: `${target} is there already; it was not touched.`,
      hint: '`heysync check` tries it. `heysync init --force` writes a new one over it.',
    })
  }
  const draft = await draftFrom(given, worldOf(io, target))
  const written = await writeFiles(draft, target, io)
  sayWritten(io.say, io, target, draft, written)
  const { mapping, source, account } = draft
  io.say(`  mapped: ${Object.keys(mapping.fields).join(', ') || 'nothing; please map the fields'}`)
  if (source.options.idColumn === 'id' && mapping.fields.phone === undefined)
    io.say(`  ${io.color.yellow('Look at idColumn and map')} in it: the source was not seen.`)
  const isBare = !account.sandbox && !draft.secrets.has('HEYMARKET_SECRET_ID')
  if (isBare && !io.env.HEYMARKET_SECRET_ID)
    io.say(
      '  Put HEYMARKET_SECRET_ID=… and HEYMARKET_SECRET_KEY=… into .env   (Heymarket: Settings, Integrations, API)',
    )
  const gitignore = written.envFile === null ? null : gitignoreWithoutEnv(dirname(target))
  if (gitignore !== null)
    io.say(
      `  ${io.color.yellow('!')} .env holds secrets, and git does not ignore it: add a line .env to ${gitignore}`,
    )
  io.say(`\n${nextSteps(io)}`)
  return 0
}

interface Session {
  readonly given: Given
  readonly target: string
  readonly ask: Prompts
}

async function byQuestions(call: Call, io: Io, session: Session): Promise<ExitCode> {
  const { ask, target } = session
  ask.intro(io.color.inverse(' heysync '))
  ask.say(
    `A first heysync.yaml in ${dirname(target)}.\n${io.color.dim('Esc goes a step back. Ctrl-C leaves, and nothing is written before the last step.')}`,
  )
  try {
    if (existsSync(target) && !flag(call, 'force') && !(await mayOverwrite(ask, target)))
      throw new Cancelled()
    const draft = await runWizard({ ask, io, given: session.given, world: worldOf(io, target) })
    const written = await writeFiles(draft, target, io)
    sayWritten((line) => ask.say(line), io, target, draft, written)
    await offerFirstLook(call, io, session, written)
    return 0
  } catch (error) {
    if (!(error instanceof Cancelled) && !(error instanceof WentBack)) throw error
    ask.outro('Left. Nothing was written.')
    return 1
  }
}

function mayOverwrite(ask: Prompts, target: string): Promise<boolean> {
  return ask.confirm({ message: `${target} is there already. Make a new one in its place?`, initial: false })
}

const YOURS = 'heysync.yaml is yours now; docs/configuration.md explains every key.'

/** From here on the files are there; leaving loses nothing. */
async function offerFirstLook(
  call: Call,
  io: Io,
  { ask, target }: Session,
  { envFile }: Written,
): Promise<void> {
  try {
    const gitignore = envFile === null ? null : gitignoreWithoutEnv(dirname(target))
    if (
      gitignore !== null &&
      (await ask.confirm({ message: `Add .env to ${gitignore}, so that git leaves it alone?` }))
    )
      ignoreEnv(gitignore)
    const again = { args: [], options: { config: call.options.config } }
    if (await ask.confirm({ message: 'Try everything now, and make the first plan? Nothing is sent.' })) {
      ask.outro(YOURS)
      if ((await check.run(again, io)) === 0) {
        io.say('')
        // It says itself what comes next.
        await plan.run(again, io)
        return
      }
    } else ask.outro(YOURS)
  } catch (error) {
    if (!(error instanceof Cancelled) && !(error instanceof WentBack)) throw error
    ask.outro(YOURS)
  }
  io.say(nextSteps(io))
}

function worldOf({ env, signal, clock }: Io, target: string) {
  return { env, signal, clock, baseDir: dirname(target) }
}

function sayWritten(
  say: (line: string) => void,
  io: Io,
  target: string,
  { secrets }: Draft,
  { envFile }: Written,
): void {
  const tick = io.color.green('✓')
  const lines = [`${tick} wrote ${near(target, io)}`]
  if (envFile !== null) lines.push(`${tick} wrote ${near(envFile, io)}: ${[...secrets.keys()].join(', ')}`)
  say(lines.join('\n'))
}

function near(path: string, { cwd }: Io): string {
  const name = relative(cwd, path)
  return name.startsWith('..') ? path : name
}

function nextSteps({ color }: Io): string {
  return columns([
    [color.cyan('heysync check'), 'tries everything'],
    [color.cyan('heysync plan'), 'shows what would change'],
    [color.cyan('heysync sync'), 'does it'],
    [color.cyan('heysync run'), 'keeps doing it'],
  ])
}
