// The wizard, answered as people answer it: what it writes, what it shows, and what it leaves alone.
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { startFake, TOKEN } from '../../connectors/hubspot/fake.ts'
import { leapingClock } from '../../support/clock.ts'
import { type Answer, BACK, LEAVE, terminal } from './terminal.ts'

const PEOPLE = `id,first_name,last_name,mobile,phone,email,country,sms_opt_out,plan,updated_at
P-1,Ana,Silva,(415) 555-2671,,ana@example.com,US,no,Basic,2026-11-02T09:00:00Z
P-2,Björn,Ahlström,,070-174 06 05,bjorn@example.com,SE,no,Premium,2026-11-03T10:00:00Z
P-3,Dan,Okafor,415-555-267O,,dan@example.com,US,no,Basic,2026-11-05T12:00:00Z
`
const TO_SANDBOX: Answer = ['Where do the contacts go?', 'A sandbox']
const CSV: readonly Answer[] = [TO_SANDBOX, ['Where are the people now?', 'csv'], ['path', 'contacts.csv']]

test('a file: proposals are taken, people are shown before and after, and the first plan follows', async () => {
  const person = await terminal()
  person.write('contacts.csv', PEOPLE)
  expect(await person.init(CSV)).toBe(0)
  const [source] = parse(person.read('heysync.yaml')).sources
  expect(source).toMatchObject({
    id: 'contacts',
    connector: 'csv',
    schedule: '*/5 * * * *',
    options: { path: 'contacts.csv', idColumn: 'id', updatedColumn: 'updated_at' },
    country: 'country',
    map: {
      phone: ['mobile', 'phone'],
      first: 'first_name',
      last: 'last_name',
      email: 'email',
      optedOut: 'sms_opt_out',
      custom: { Plan: 'plan' },
    },
    onRemoved: 'removeFromLists',
  })
  const seen = person.seen()
  expect(seen).toContain('All 3 records: 2 contacts, 1 rejected')
  expect(seen).toMatch(/mobile: "\(415\) 555-2671" +│ +last: Silva/)
  expect(seen).toMatch(/│ +phone: 46701740605/)
  expect(seen).toMatch(/│ +rejected: \w+ at phone/)
  expect(seen).toContain('Plan: 2 to create, 0 to update, 0 to remove')
  expect(person.sandbox.store.contacts()).toEqual([])
  expect(person.has('.env')).toBe(false)
})

test('every line can be changed, and a list kept by a rule', async () => {
  const person = await terminal()
  person.write('contacts.csv', PEOPLE)
  const code = await person.init([
    ...CSV,
    ['called in commands', 'clinic'],
    ['Is that right?', 'Change a line'],
    ['Which line?', 'phone'],
    ['Which field of the source?', 'phone'],
    ['where that holds no number?', 'mobile'],
    ['where that holds no number?', 'Nothing else'],
    ['Is that right?', 'Change a line'],
    ['Which line?', 'tags'],
    ['Which field of the source?', 'An expression'],
    ['An expression (CEL)', '=record.plan == "Premium" ? ["VIP"] : []'],
    ['Is that right?', 'Add a custom field'],
    ['Which custom field', 'One that is not there yet'],
    ['Its name in Heymarket', 'Changed'],
    ['Which field of the source?', 'updated_at'],
    ['How often', 'Not by itself'],
    ['Somebody left', 'tag'],
    ['Keep a list', 'certain Plan'],
    ['Which one?', 'Premium'],
    ['Try everything now', false],
  ])
  expect(code).toBe(0)
  const config = parse(person.read('heysync.yaml'))
  expect(config.sources[0]).toMatchObject({
    id: 'clinic',
    map: {
      phone: ['phone', 'mobile'],
      tags: '=record.plan == "Premium" ? ["VIP"] : []',
      custom: { Plan: 'plan', Changed: 'updated_at' },
    },
    onRemoved: 'tag',
    removedTag: 'Former customer',
  })
  expect(config.sources[0].schedule).toBeUndefined()
  expect(config.lists).toEqual([
    { title: 'Premium', where: 'contact.custom["Plan"] == "Premium" && !contact.optedOut' },
  ])
})

test('a database: what its schema leaves open is asked, and a wrong table can be changed', async () => {
  const person = await terminal()
  const db = new Database(join(person.dir, 'clinic.db'))
  db.exec(`CREATE TABLE patients (PatientID INTEGER PRIMARY KEY, GivenName TEXT, FamilyName TEXT, CellPhone TEXT, ModifiedAt TEXT) STRICT;
    INSERT INTO patients VALUES (1, 'Ana', 'Silva', '(415) 555-2671', '2026-11-02 09:00:00')`)
  db.close()
  const code = await person.init([
    TO_SANDBOX,
    ['Where are the people now?', 'sql'],
    ['database', 'sqlite:clinic.db'],
    ['table', 'patient'],
    ['What now?', 'Change an option'],
    ['Which option?', 'table'],
    ['table', 'patients'],
  ])
  expect(person.seen()).toContain('give either table or query')
  expect(code).toBe(0)
  expect(parse(person.read('heysync.yaml')).sources[0]).toMatchObject({
    id: 'patients',
    options: {
      database: 'sqlite:clinic.db',
      table: 'patients',
      idColumn: 'PatientID',
      updatedColumn: 'ModifiedAt',
    },
    map: { phone: 'CellPhone', first: 'GivenName', last: 'FamilyName' },
  })
  expect(person.seen()).toContain('Plan: 1 to create')
})

test('a service: its token is in .env alone, and a property that the mapping names is asked for', async () => {
  const clock = leapingClock()
  const fake = await startFake(clock)
  const person = await terminal(clock)
  fake.properties.set('plan_name', 'Plan')
  fake.portal.create({ firstname: 'Ana', lastname: 'Silva', phone: '(415) 555-2671', plan_name: 'Basic' })
  const code = await person.init([
    TO_SANDBOX,
    ['Where are the people now?', 'hubspot'],
    ['token', 'pat-wrong-000'],
    ['Set anything else?', 'url'],
    ['url', fake.url],
    ['What now?', 'Change an option'],
    ['Which option?', 'token'],
    ['token', TOKEN],
    ['called in commands', 'crm'],
    ['Try everything now', false],
  ])
  expect(code).toBe(0)
  expect(parse(person.read('heysync.yaml')).sources[0]).toMatchObject({
    id: 'crm',
    options: { token: '${CRM_TOKEN}', url: fake.url, properties: ['plan_name'] },
    map: {
      phone: ['mobilephone', 'phone'],
      first: 'firstname',
      last: 'lastname',
      custom: { Plan: 'plan_name' },
    },
  })
  expect(person.read('.env')).toBe(`CRM_TOKEN=${TOKEN}\n`)
  expect(person.seen()).toMatch(/│ +Plan: Basic/)
  for (const secret of [TOKEN, 'pat-wrong-000']) {
    expect(person.seen()).not.toContain(secret)
    expect(person.read('heysync.yaml')).not.toContain(secret)
  }
})

test('a real account: wrong credentials are tried and asked again, and the right ones go into .env alone', async () => {
  const person = await terminal()
  person.write('contacts.csv', PEOPLE)
  person.write('.env', '# mine\nOTHER="kept as it is"\nHEYMARKET_SECRET_KEY=old\n')
  chmodSync(join(person.dir, '.env'), 0o644)
  mkdirSync(join(person.dir, '.git'))
  const code = await person.init([
    ['Where do the contacts go?', 'My Heymarket account'],
    ['Secret ID', 'sandbox'],
    ['Secret Key', 'not-the-key-77'],
    ['What now?', 'Type the credentials again'],
    ['Secret ID', 'sandbox'],
    ['Secret Key', 'sandbox-secret'],
    ...CSV.slice(1),
    ['Add .env to', true],
  ])
  expect(code).toBe(0)
  expect(person.read('.env')).toBe(
    '# mine\nOTHER="kept as it is"\nHEYMARKET_SECRET_KEY=sandbox-secret\nHEYMARKET_SECRET_ID=sandbox\n',
  )
  expect(statSync(join(person.dir, '.env')).mode & 0o777).toBe(0o600)
  expect(person.read('.gitignore')).toBe('.env\n')
  expect(person.seen()).toContain('The credentials work: team "')
  // The plan that follows signs in with what is in .env.
  expect(person.seen()).toContain('Plan: 2 to create')
  for (const text of [person.seen(), person.read('heysync.yaml')])
    expect(text).not.toMatch(/sandbox-secret|not-the-key-77/)
})

test('Esc goes one step back, and what was said before counts no more', async () => {
  const person = await terminal()
  person.write('contacts.csv', PEOPLE)
  const code = await person.init([
    ...CSV,
    ['Is that right?', BACK],
    ...CSV.slice(1),
    ['called in commands', 'first'],
    ['called in commands', 'second'],
    ['Try everything now', false],
  ])
  expect(code).toBe(0)
  expect(parse(person.read('heysync.yaml')).sources[0].id).toBe('second')
})

test.each(['Where do the contacts go?', 'path', 'Is that right?', 'Keep a list', 'Write heysync.yaml?'])(
  'Ctrl-C at "%s" leaves the folder as it was',
  async (question) => {
    const person = await terminal()
    person.write('contacts.csv', PEOPLE)
    const before = readdirSync(person.dir)
    const given = CSV.slice(0, question === 'path' ? 2 : question.startsWith('Where') ? 0 : 3)
    expect(await person.init([...given, [question, LEAVE]])).toBe(1)
    expect(readdirSync(person.dir)).toEqual(before)
    expect(person.seen()).toContain('Nothing was written')
  },
)

test('a config that is there is kept, unless a person says so', async () => {
  const person = await terminal()
  person.write('contacts.csv', PEOPLE)
  person.write('heysync.yaml', 'mine: true\n')
  expect(await person.init([['is there already', false]])).toBe(1)
  expect(person.read('heysync.yaml')).toBe('mine: true\n')
  expect(await person.init([['is there already', true], ...CSV])).toBe(0)
  expect(parse(person.read('heysync.yaml')).sources).toHaveLength(1)
})

test('what flags say is not asked', async () => {
  const person = await terminal()
  person.write('people.csv', PEOPLE)
  expect(await person.init([], { sandbox: true, csv: 'people.csv', country: 'SE' })).toBe(0)
  expect(person.seen()).not.toMatch(/Where do the contacts go|Where are the people|Country of numbers/)
  expect(parse(person.read('heysync.yaml'))).toMatchObject({
    defaultCountry: 'SE',
    sources: [{ id: 'people', options: { path: './people.csv' } }],
  })
})
