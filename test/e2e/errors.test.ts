// What goes wrong before or at the start of a sync: one clear message with place and way out, the right exit code,
// nothing on stdout but JSON, and a mirror that is as it was.
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { clinicConfig, csv, type House, house, people, sql, type Tree, writes } from './support.ts'

interface Case {
  readonly what: string
  readonly breaks: (home: House) => void
  /** `sync` unless given. */
  readonly command?: readonly string[]
  readonly code: number
  /** Stderr, word for word; `<dir>`, `<url>` and `<id>` stand for what differs from run to run. */
  readonly says: string
}

const THREE = csv(people(3))

const CASES: readonly Case[] = [
  {
    what: 'malformed YAML',
    breaks: (home) => home.write('heysync.yaml', 'heymarket:\n  auth: { secretId: a\nsources: [\n'),
    code: 2,
    says: `Error ERR_CONFIG_SYNTAX heysync.yaml:3:1: something is missing here: a closing quote, a bracket, a comma or a ":".

  sources: [
  ^
Try   Check the quotes, the brackets and the colons here and on the line before.`,
  },
  {
    what: 'an unknown key',
    breaks: (home) => home.config(clinicConfig(home.sandbox.url, {}, { defaultCuntry: 'US' })),
    code: 2,
    says: `Error ERR_CONFIG_INVALID heysync.yaml has a problem:
  heysync.yaml:20:1  defaultCuntry is not a key that heysync knows; did you mean defaultCountry?
Try   Correct the lines above and run \`heysync check\`; every key is explained in docs/configuration.md.`,
  },
  {
    what: 'no config file',
    breaks: (home) => home.remove('heysync.yaml'),
    code: 2,
    says: `Error ERR_CONFIG_NOT_FOUND There is no config file at <dir>/heysync.yaml.
Try   Write one with \`heysync init\`, or name yours with --config FILE or HEYSYNC_CONFIG.`,
  },
  {
    what: 'an expression that does not compile',
    breaks: (home) => home.config(clinicConfig(home.sandbox.url, { filter: 'record.last ==' })),
    code: 2,
    says: `Error ERR_EXPRESSION sources[0].filter is not a CEL expression that works: Unexpected token: EOF

  record.last ==
                ^
Try   The variable is \`record\` (record.name, record["a name with spaces"]); text goes in quotes.`,
  },
  {
    what: 'no contacts file',
    breaks: (home) => {
      home.remove('contacts.csv')
      home.write('contact.csv', THREE)
    },
    code: 2,
    says: `Error ERR_SOURCE_NOT_FOUND Source clinic: There is no file ./contacts.csv. Nobody was removed.
Try   Did you mean <dir>/contact.csv? Correct path in the options of this source.`,
  },
  {
    what: 'an Excel workbook in place of the contacts file',
    breaks: (home) =>
      home.write(
        'contacts.csv',
        Buffer.from('PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0b\xee[Content_Types].xml', 'latin1'),
      ),
    code: 2,
    says: `Error ERR_SOURCE_UNREADABLE Source clinic: contacts.csv is an Excel workbook or another ZIP file, not CSV. Nobody was removed.
Try   Open it in the spreadsheet program and save as CSV (best: CSV UTF-8), then point path at that file.`,
  },
  {
    what: 'a header without a column that the mapping names',
    breaks: (home) => home.write('contacts.csv', THREE.replace('first', 'frist')),
    code: 2,
    says: `Error ERR_SOURCE_FIELD Source clinic has no column "first", which sources[0].map.first in heysync.yaml names.
Try   Did you mean "frist"? The columns are: id, phone, frist, last.`,
  },
  {
    what: 'a header without the id column',
    breaks: (home) => home.write('contacts.csv', THREE.replace('"id"', '"nr"')),
    code: 2,
    says: `Error ERR_SOURCE_FIELD Source clinic: contacts.csv:1 has no column "id". Its header is: nr, phone, first, last. Nobody was removed.
Try   Did you mean "nr"? Correct the column in the options of this source.`,
  },
  {
    what: 'a quote that is never closed',
    breaks: (home) =>
      home.write('contacts.csv', 'id,phone,first,last\n1,415-234-5678,"Ann,Lee\n2,415-234-5679,Bo,Ng\n'),
    code: 1,
    says: `Error ERR_SOURCE_FAILED Source clinic: contacts.csv:2 opens a quote that is not closed, so the rows after it cannot be told apart. Nobody was removed.
Try   Close the quote, or double a quote that belongs to the text (""). Nobody is removed because of this pull.`,
  },
  {
    what: 'a database of a newer program',
    breaks: (home) => sql(home, 'PRAGMA user_version = 99'),
    code: 5,
    says: `Error ERR_DATABASE_NEWER <dir>/data/heysync.db has schema 99, and this heysync knows up to <its own>.
Try   Run the newer heysync that wrote it. Going back needs a backup from before the upgrade, or another \`database:\` file.`,
  },
  {
    what: 'a database that is a text file',
    breaks: (home) => {
      home.write('notes.txt', 'This is no database, and it is long enough for everybody to see that.')
      home.config(clinicConfig(home.sandbox.url, {}, { database: './notes.txt' }))
    },
    code: 2,
    says: `Error ERR_DATABASE_OPEN The database <dir>/notes.txt cannot be opened: file is not a database.
Try   Check \`database:\` in heysync.yaml and the rights on that folder. If the file is damaged, move it away: the next \`heysync sync\` rebuilds it from both sides.`,
  },
  {
    what: 'a SQLite database of another program',
    breaks: (home) => {
      const other = new Database(join(home.dir, 'other.db'))
      other.exec('CREATE TABLE recipe (name TEXT)')
      other.close()
      home.config(clinicConfig(home.sandbox.url, {}, { database: './other.db' }))
    },
    code: 2,
    says: `Error ERR_DATABASE_OPEN <dir>/other.db is a SQLite file, but not a heysync database.
Try   Point \`database:\` in heysync.yaml at another file; this one was not touched.`,
  },
  {
    what: 'a database folder in which nothing can be written',
    // The system's own folder of devices takes no files, not even from root.
    breaks: (home) => {
      symlinkSync('/sys', join(home.dir, 'locked'))
      home.config(clinicConfig(home.sandbox.url, {}, { database: './locked/heysync.db' }))
    },
    code: 2,
    says: `Error ERR_DATABASE_OPEN The database <dir>/locked/heysync.db cannot be opened: unable to open database file.
Try   Check \`database:\` in heysync.yaml and the rights on that folder. If the file is damaged, move it away: the next \`heysync sync\` rebuilds it from both sides.`,
  },
  {
    what: 'a database folder that is a file',
    breaks: (home) =>
      home.config(clinicConfig(home.sandbox.url, {}, { database: './contacts.csv/heysync.db' })),
    code: 2,
    says: `Error ERR_DATABASE_OPEN The database <dir>/contacts.csv/heysync.db cannot be opened: EEXIST: file already exists, mkdir '<dir>/contacts.csv'.
Try   Check \`database:\` in heysync.yaml and the rights on that folder. If the file is damaged, move it away: the next \`heysync sync\` rebuilds it from both sides.`,
  },
  {
    what: 'an unknown source',
    breaks: () => {},
    command: ['sync', '--source', 'klinic'],
    code: 2,
    says: `Error ERR_SOURCE_UNKNOWN There is no source "klinic" in the config, which has one.
Try   Did you mean "clinic"?`,
  },
  {
    what: 'an unknown source that may be empty',
    breaks: () => {},
    command: ['sync', '--allow-empty', 'x'],
    code: 2,
    says: `Error ERR_SOURCE_UNKNOWN There is no source "x" in the config, which has one.
Try   The sources are: clinic.`,
  },
  {
    what: 'an unknown cycle',
    breaks: () => {},
    command: ['approve', '01JD0A8Q5T3W6Y9ZB2C4E6G8HK'],
    code: 2,
    says: `Error ERR_CYCLE_UNKNOWN There is no cycle 01JD0A8Q5T3W6Y9ZB2C4E6G8HK.
Try   Nothing is held. \`heysync status\` shows the last cycle.`,
  },
  {
    what: 'an unknown command',
    breaks: () => {},
    command: ['synk'],
    code: 2,
    says: `Error ERR_USAGE Unknown command 'synk'.
Try   Did you mean sync? heysync --help shows all there is.`,
  },
  {
    what: 'an unknown option',
    breaks: () => {},
    command: ['sync', '--dry-run'],
    code: 2,
    says: `Error ERR_USAGE Unknown option '--dry-run'.
Try   heysync sync --help`,
  },
  {
    what: 'a missing argument',
    breaks: () => {},
    command: ['why'],
    code: 2,
    says: `Error ERR_USAGE Missing required argument 'phone'.
Try   heysync why --help`,
  },
]

/** Cases in which the account has its say; the sources may have been read before that. */
const ACCOUNT_CASES: readonly Case[] = [
  {
    what: 'a wrong secret',
    breaks: (home) =>
      home.config(
        clinicConfig(
          home.sandbox.url,
          {},
          { heymarket: account(home.sandbox.url, { secretKey: 'wrong-secret' }) },
        ),
      ),
    code: 2,
    says: `Error ERR_HEYMARKET_UNAUTHORIZED Heymarket answered 401 to <request>: unauthorized: the credential is missing, wrong or expired (request <id>).
Try   Check \`heymarket.auth\` in heysync.yaml: Secret ID and Secret Key come from Settings, Integrations, API. \`heysync check\` tries them.`,
  },
  {
    what: 'a host that nobody answers on',
    breaks: (home) => home.config(clinicConfig('http://127.0.0.1:1')),
    code: 1,
    says: `Error ERR_HEYMARKET_UNREACHABLE http://127.0.0.1:1 cannot be reached (ECONNREFUSED).
Try   Check \`heymarket.baseUrl\` in heysync.yaml and the network; for the sandbox, start \`heysync sandbox\` first.`,
  },
  {
    what: 'a custom field that the account does not have',
    breaks: (home) =>
      home.config(clinicConfig(home.sandbox.url, { map: { phone: 'phone', custom: { Plam: 'last' } } })),
    code: 2,
    says: `Error ERR_FIELD_UNKNOWN The Heymarket account has no custom field "Plam" (did you mean "Plan"?). Nothing was written.
Try   Correct the name under \`map.custom\`, or let heysync make it: heysync check --create-fields`,
  },
  {
    what: 'a tag that the account does not have',
    breaks: (home) =>
      home.config(clinicConfig(home.sandbox.url, { map: { phone: 'phone', tags: '=["Vipp"]' } })),
    code: 2,
    says: `Error ERR_TAG_UNKNOWN The Heymarket account has no tag "Vipp" (did you mean "VIP"?). Nothing was written.
Try   Correct the name under \`map.tags\`, or let heysync make it: heysync check --create-tags`,
  },
]

function account(baseUrl: string, auth: Tree): Tree {
  return {
    baseUrl,
    auth: { secretId: 'sandbox', secretKey: 'sandbox-secret', ...auth },
    requestsPerMinute: 100_000,
  }
}

async function threePeople(): Promise<House> {
  const home = await house()
  home.config(clinicConfig(home.sandbox.url))
  home.write('contacts.csv', THREE)
  return home
}

async function expectError(home: House, { command = ['sync'], code, says }: Case): Promise<void> {
  const requests = await home.requestsOf(async () => {
    const done = await home.run(...command, '--json')
    const said = done.stderr
      .replaceAll(home.dir, '<dir>')
      .replaceAll(home.sandbox.url, '<url>')
      .replace(/request [0-9a-f-]{36}/, 'request <id>')
      .replace(/knows up to \d+\./, 'knows up to <its own>.')
      .replace(/(?:GET|POST) \/v1\/\S+(?=:)/, '<request>')
    expect(said.trimEnd().startsWith(says) ? says : said.trimEnd()).toBe(says)
    expect(said.match(/^Error /gm)).toHaveLength(1)
    expect(done.code).toBe(code)
    const { error } = JSON.parse(done.stdout)
    expect(says.replace(/^Error /, '')).toMatch(error.code)
    expect(Object.keys(error)).toEqual(['code', 'message', 'hint'])
  })
  expect(writes(requests)).toEqual([])
  expect(home.sandbox.store.contacts()).toHaveLength(3)
}

describe('an error', () => {
  test.each(CASES)('$what: exit code $code, one message, and the mirror as it was', async (one) => {
    const home = await threePeople()
    await home.json(0, 'sync')
    const before = home.mirror()
    one.breaks(home)
    await expectError(home, one)
    expect(home.mirror()).toEqual(before)
  })

  test.each(ACCOUNT_CASES)(
    '$what: exit code $code, one message, and both sides of the mirror as they were',
    async (one) => {
      const home = await threePeople()
      await home.json(0, 'sync')
      // A pull and a look-up leave their time; what the sides hold must not change.
      const sides = () => {
        const { source: _pull, meta: _walk, lookup: _names, ...rest } = home.mirror() ?? {}
        return rest
      }
      const before = sides()
      one.breaks(home)
      await expectError(home, one)
      expect(sides()).toEqual(before)
    },
  )

  test.each(ACCOUNT_CASES)('$what on the very first sync: nothing is pulled', async (one) => {
    const home = await threePeople()
    home.sandbox.store.fill(people(3).map(({ phone }) => ({ phone: phone.replace(/\D/g, '') })))
    one.breaks(home)
    await expectError(home, one)
    expect(home.mirror()).toMatchObject({ source: [], source_record: [], contact: [], remote_contact: [] })
  })

  test('without --json nothing is on stdout', async () => {
    const home = await threePeople()
    home.remove('contacts.csv')
    const done = await home.run('sync')
    expect(done).toMatchObject({ code: 2, stdout: '' })
    expect(done.stderr).toContain('There is no file ./contacts.csv')
  })

  test('an account that takes the access away for a while changes nothing in the next sync', async () => {
    const home = await threePeople()
    await home.json(0, 'sync')
    home.sandbox.configure({ faults: { forbidden: 1 } })
    const done = await home.run('sync')
    expect(done.code).toBe(2)
    expect(done.stderr).toContain('Error ERR_HEYMARKET_FORBIDDEN')
    home.sandbox.configure({ faults: { forbidden: 0 } })
    const requests = await home.requestsOf(() => home.json(0, 'sync'))
    expect(writes(requests)).toEqual([])
  })
})

describe('fields and tags that the account lacks', () => {
  test('check names both with exit code 2, makes them when told to, and then sync works', async () => {
    const home = await threePeople()
    home.config(
      clinicConfig(home.sandbox.url, {
        map: { phone: 'phone', custom: { Insurer: 'last' }, tags: '=["Recall"]' },
      }),
    )
    const found = await home.json<Tree[]>(2, 'check')
    expect(found.filter(({ ok }) => ok === false)).toEqual([
      expect.objectContaining({ what: 'custom field', says: 'the account has no custom field "Insurer"' }),
      expect.objectContaining({ what: 'tag', says: 'the account has no tag "Recall"' }),
    ])
    expect(home.sandbox.store.contacts()).toEqual([])
    await home.json(0, 'check', '--create-fields', '--create-tags')
    await home.json(0, 'sync')
    const field = home.sandbox.store.fields().find(({ title }) => title === 'Insurer')
    expect(home.sandbox.store.contact('15102000001')).toMatchObject({
      custom: { [String(field?.id)]: 'Lee' },
      tags: [{ tag: 'Recall' }],
    })
    expect(home.sandbox.store.fields().filter(({ title }) => title === 'Insurer')).toHaveLength(1)
    const again = await home.requestsOf(() => home.json(0, 'check', '--create-fields', '--create-tags'))
    expect(writes(again)).toEqual([])
  })
})

describe('check', () => {
  test.each([
    ['a missing file', 2, 'source clinic', (home: House) => home.remove('contacts.csv')],
    [
      'a missing column',
      2,
      'source clinic',
      (home: House) => home.write('contacts.csv', THREE.replace('last', 'surname')),
    ],
    ['a wrong secret', 2, 'Heymarket', (home: House) => ACCOUNT_CASES[0]?.breaks(home)],
    ['an unreachable host', 1, 'Heymarket', (home: House) => ACCOUNT_CASES[1]?.breaks(home)],
  ] as const)('finds %s with exit code %i and the way out', async (_, code, what, breaks) => {
    const home = await threePeople()
    breaks(home)
    const found = await home.json<Tree[]>(code, 'check')
    const wrong = found.filter(({ ok }) => ok === false)
    expect(wrong).toMatchObject([{ what, hint: expect.any(String) }])
  })

  test('says where in the config the missing column is named', async () => {
    const home = await threePeople()
    writeFileSync(join(home.dir, 'contacts.csv'), THREE.replace('last', 'surname'))
    const done = await home.run('check')
    expect(done.stdout).toMatch(/no column "last", which the mapping names at heysync\.yaml:\d+:\d+/)
  })
})
