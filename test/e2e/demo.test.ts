// The demo as a newcomer runs it: the built program, no account, no terminal.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const PROGRAM = process.env.HEYSYNC_TEST_PROGRAM ?? fromRoot('dist/src/main.js')

// 1,000 rows; 38 archived, 54 without a usable number, 3 of an id that came before (one of them word for word the same)
// and 1 without an id: 904 records, 27 of which have a number that another has.
const PEOPLE = 877
// Of the edits, two bring somebody new; nobody is deleted.
const PEOPLE_AT_THE_END = PEOPLE + 2

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A temp folder for the demo to make its own in, so that what it leaves behind shows. */
function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-test-demo-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a program to its end; interrupts it, as Ctrl-C does, once it has said a text. */
function run(script: string, args: readonly string[], temp: string, interruptAt?: string): Promise<Ended> {
  const { PATH = '' } = process.env
  // Somebody wants colours everywhere, and somebody wants none: who wants none is heard.
  const env = { PATH, HOME: temp, TMPDIR: temp, NO_COLOR: '1' }
  const child = spawn(process.execPath, [script, ...args], {
    cwd: temp,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  let interrupted = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (interruptAt === undefined || interrupted || !stdout.includes(interruptAt)) return
    interrupted = true
    child.kill('SIGINT')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Reads all rows of a query in a database of the demo's folder. */
function rowsOf<Row>(file: string, query: string): Row[] {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<[], Row>(query).all()
  } finally {
    db.close()
  }
}

test('the demo tells its story in plain text, ends with 0 and leaves nothing behind', async () => {
  const temp = tempFolder()

  const { code, stdout, stderr } = await run(PROGRAM, ['demo'], temp)

  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout.match(/^\d\/7 .+$/gm)).toEqual([
    '1/7  The file',
    '2/7  Does everything fit together?',
    '3/7  The first sync',
    '4/7  The same again',
    '5/7  A Tuesday at the front desk',
    '6/7  What could not be used',
    '7/7  Why is this person in Heymarket, or not?',
  ])
  expect(stdout).toContain(`Plan: ${PEOPLE} to create, 0 to update, 0 to remove.`)
  expect(stdout).toContain(`  ${PEOPLE} of ${PEOPLE} written\n`)
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'An account that takes them one by one allows 500 requests a minute.',
  )
  const { requests = '' } =
    /each number once, after (?<requests>\d+) requests/.exec(stdout.replace(/\s+/g, ' '))?.groups ?? {}
  expect(Number(requests)).toBeGreaterThan(2)
  expect(Number(requests)).toBeLessThan(PEOPLE / 10)
  expect(stdout).toContain('It cost 2 read requests to see that Heymarket has no news, and no write.')
  expect(stdout).toContain('Plan: 2 to create, 4 to update, 1 to remove.')
  expect(stdout).toContain('7 edits, 7 writes, field by field.')
  expect(stdout).toMatch(
    /contacts\.csv:\d+ +P-\d+ +"\d\.\d+E\+\d+" +"\d\.\d+E\+\d+" is what a spreadsheet leaves/,
  )
  expect(stdout).toContain('P-1010  Rejected: "call his wife" is not a phone number.')
  expect(stdout).toContain('14155550123  In Heymarket, as the sources say.')
  expect(stdout).not.toContain('warning')
  expect(stdout).toContain('npx heysync init')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
  expect(readdirSync(temp)).toEqual([])
})

test('with --keep the folder stays, and what is in it bears the story out', async () => {
  const temp = tempFolder()

  const { code, stdout } = await run(PROGRAM, ['demo', '--keep'], temp)

  expect(code).toBe(0)
  const [kept = ''] = readdirSync(temp)
  const folder = join(temp, kept)
  expect(stdout).toContain(`This demo is kept in ${folder}.`)

  const contacts = rowsOf<{ phone: string; first: string; tags: string }>(
    join(folder, 'sandbox.db'),
    'SELECT phone, first, tags FROM contact',
  )
  expect(contacts).toHaveLength(PEOPLE_AT_THE_END)
  expect(new Set(contacts.map(({ phone }) => phone)).size).toBe(PEOPLE_AT_THE_END)
  expect(contacts).toContainEqual(expect.objectContaining({ phone: '12125550190', first: 'Noor' }))
  expect(contacts).toContainEqual(expect.objectContaining({ phone: '201005550251', first: 'يوسف' }))
  expect(contacts.find(({ phone }) => phone === '15105550148')).not.toMatchObject({ tags: '[]' })

  const cycles = rowsOf<{ report: string }>(
    join(folder, 'data/heysync.db'),
    'SELECT report FROM cycle ORDER BY id',
  )
  const reports = cycles.map(
    ({ report }) => JSON.parse(report) as Record<'plan' | 'push', Record<string, number>>,
  )
  expect(reports).toMatchObject([
    { plan: { create: PEOPLE, update: 0, remove: 0 }, push: { acked: PEOPLE } },
    { plan: { create: 0, update: 0, remove: 0 }, push: { requests: 0, acked: 0 } },
    { plan: { create: 2, update: 4, remove: 1 }, push: { acked: 7 } },
  ])
})

test('Ctrl-C in the middle of the first sync ends the demo, and nothing stays behind', async () => {
  const temp = tempFolder()

  const { code, stdout, stderr } = await run(PROGRAM, ['demo'], temp, 'Plan: ')

  expect(code).toBe(1)
  expect(stderr).toContain('Stopped; nothing is left behind.')
  expect(stdout).not.toContain('4/7')
  expect(readdirSync(temp)).toEqual([])
})

test('the bundled file is what its script makes, byte for byte', async () => {
  const temp = tempFolder()
  const made = join(temp, 'contacts.csv')

  expect(await run(fromRoot('scripts/make-demo-data.mjs'), [made], temp)).toMatchObject({ code: 0 })

  expect(readFileSync(made).equals(readFileSync(fromRoot('config/demo/contacts.csv')))).toBe(true)
})
