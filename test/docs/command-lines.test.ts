// Every line of shell in the pages that calls heysync is one that the program takes, and those that can run do run, in the
// order of their page, against a sandbox.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command as Commander } from 'commander'
import { describe, expect, test } from 'vitest'
import { toCommander } from '../../src/cli/program.ts'
import { commands } from '../../src/cli/table.ts'
import { clinicConfig, type House, house } from '../e2e/support.ts'
import { blocksOf, type Page, pages } from './pages.ts'

/** Lines that are not run, each with the reason. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^(npm|cd first-sync && npm|git) /, 'builds the program, which is built already'],
  [/^heysync (run|sandbox)( --.*)?$/, 'runs until it is stopped; test/e2e starts both'],
  [/^export HEYMARKET_/, 'a real account'],
  [/^heysync init( --yes --csv contacts.csv --country US)?$/, 'a real account, or somebody who answers'],
  [
    /^heysync (connectors test|pull) guests/,
    'the connector of the tutorial, which test/docs/connector-tutorial.test.ts runs',
  ],
  [/^heysync pull crm/, 'an API of somebody else'],
  [
    /\/etc\/|\/backups\/|^systemctl |^journalctl |^docker |^kubectl |^cp /,
    'another machine; test/deploy and test/e2e/backup try what can be',
  ],
  [/^export (OTEL|NODE_OPTIONS|LITESTREAM)/, 'packages that are not part of heysync'],
  [/^heysync alerts test$/, 'nobody to tell; test/service/alerts tries it'],
  [/--conversation 900412|heysync-01JD0A8Q5T3W6Y9ZB2C4E6G8HK/, 'an id of another account'],
]

/** Lines that end otherwise than with 0, because the page is about that. */
const ENDS: readonly (readonly [RegExp, number])[] = [
  [/^heysync status$/, 4],
  [/^heysync send --to "\+46 70 174 06 05"/, 2],
]

/** Pages that begin with an empty folder, and whose shell is run whole. The others begin in a clinic that was synced. */
const FROM_NOTHING = ['README.md', 'docs/start.md']

const heysyncLines = (page: Page) => shellLines(page).filter((line) => /^heysync /.test(line))

/** The lines of the blocks of shell, without comments at their ends. What belongs to one command stays one line. */
function shellLines(page: Page): string[] {
  return blocksOf(page.text, 'sh').flatMap(({ text }) =>
    [...text.matchAll(/^.*<<'END'\n[\s\S]*?^END$|^case [\s\S]*?^esac$|^.+$/gm)].map(([line]) =>
      line.replace(/\s+# .*$/, ''),
    ),
  )
}

const isRun = (line: string) => NOT_RUN.every(([pattern]) => !pattern.test(line))

describe('the command table takes', () => {
  test.each(pages.filter((page) => heysyncLines(page).length > 0))('the lines of $path', async (page) => {
    const home = await house()
    for (const line of heysyncLines(page))
      await expect(parsed(await wordsOf(home, line)), line).resolves.toBeUndefined()
  })

  test('the examples of the commands themselves', async () => {
    const home = await house()
    for (const entry of commands)
      for (const { line } of (await entry.load()).examples)
        await expect(parsed(await wordsOf(home, line)), line).resolves.toBeUndefined()
  })

  test('no line with a flag that is not there', async () => {
    await expect(parsed(['sync', '--nonsense'])).rejects.toThrow('--nonsense')
  })
})

/** As a shell parts the line into words. It finds no other program, so that nothing else on the line runs. */
async function wordsOf(home: House, line: string): Promise<string[]> {
  home.remove('words')
  const heysync = 'heysync() { [ -e words ] || for one; do printf \'%s\\0\' "$one"; done > words; }'
  await home.shell(`PATH=; ${heysync}; ${line}`).done
  return readFileSync(join(home.dir, 'words'), 'utf8').split('\0').slice(0, -1)
}

async function parsed(words: readonly string[]): Promise<void> {
  const program = new Commander('heysync')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .option('-v, --verbose')
  const name = words.find((word) => !word.startsWith('-'))
  const entry = commands.find((one) => one.name === name)
  if (entry === undefined) throw new Error(`There is no such command: ${words.join(' ')}`)
  const sub = program.command(entry.name)
  toCommander(sub, await entry.load())
  sub.action(() => {})
  await program.parseAsync([...words], { from: 'user' })
}

describe('against a sandbox', () => {
  const running = pages.filter((page) => heysyncLines(page).some(isRun))

  test.each(running)('$path runs', { timeout: 240_000 }, async (page) => {
    const isFromNothing = FROM_NOTHING.includes(page.path)
    const lines = shellLines(page).filter((line) => isFromNothing || /^(heysync|case) /.test(line))
    const home = isFromNothing ? await house() : await syncedClinic()
    const script = lines.filter(isRun).map(checked).join('\n')
    const { code, stdout, stderr } = await home.shell(`${prelude(home)}\n${script}`).done
    expect(code, `${stderr}\n${stdout}`).toBe(0)
  })
})

/** heysync as a person in front of a terminal has it, who says yes, and whose sandbox has the usual port. */
function prelude(home: House): string {
  return `set -u
heysync() {
  case "$1 \${2-}" in
    "init --sandbox") set -- "$@" --base-url ${home.sandbox.url} ;;
    "broadcast --"* | "schedule create" | "erase "* | "consent allow") set -- "$@" --yes ;;
  esac
  $heysync "$@"
}`
}

/** The line, and the end of everything with its words where it did not end as it should. */
function checked(line: string): string {
  const [, code = 0] = ENDS.find(([pattern]) => pattern.test(line)) ?? []
  const said = `'${line.split('\n')[0]?.replaceAll("'", `'\\''`)}'`
  return `${line}\ncode=$?; [ $code -eq ${code} ] || { echo "ended with $code:" ${said} >&2; exit 1; }`
}

async function syncedClinic(): Promise<House> {
  const home = await house()
  const map = { phone: 'phone', first: 'first', email: 'email', custom: { Plan: 'plan' } }
  const lists = [
    { title: 'Premium customers', where: 'contact.custom["Plan"] == "Premium" && !contact.optedOut' },
  ]
  home.config(
    clinicConfig(
      home.sandbox.url,
      { map },
      { lists, messaging: { inbox: 'Front desk', sender: 'ana@example.com' } },
    ),
  )
  home.write(
    'contacts.csv',
    'id,phone,first,email,plan\n1,14155552671,Ana,ana@example.com,Premium\n2,14155552672,Ben,ben@example.com,Premium\n',
  )
  home.write('numbers.txt', '14155552671\n14155552672\n')
  home.write('news.html', '<p>News</p>')
  mkdirSync(join(home.dir, 'fixtures'))
  await home.json(0, 'sync')
  return home
}
