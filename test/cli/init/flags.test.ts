// `init` where nobody is asked: the built program, with flags for everything.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type House, house } from '../../e2e/support.ts'

const PEOPLE = 'Patient ID,Mobile,First Name,Surname,Country,Tier\n7,415-234-5678,Ann,Lee,US,Gold\n'

function written(home: House, name = 'heysync.yaml'): string {
  return readFileSync(join(home.dir, name), 'utf8')
}

describe('init --yes', () => {
  test('a file, mapped by flags, for an account whose key is in the environment', async () => {
    const home = await house()
    home.write('patients.csv', PEOPLE)
    const line =
      '$heysync init --yes --csv patients.csv --id clinic --base-url "$url" --secret-id sandbox --country US ' +
      '--map custom.Plan=Tier "tags==[record.Tier]" first=Surname --on-removed tag --removed-tag Gone --schedule "0 * * * *"'
    const env = { HEYMARKET_SECRET_KEY: 'sandbox-secret', url: home.sandbox.url }
    const done = await home.shell(line, env).done
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: '' })
    expect(written(home, '.env')).toBe('HEYMARKET_SECRET_ID=sandbox\nHEYMARKET_SECRET_KEY=sandbox-secret\n')
    expect(statSync(join(home.dir, '.env')).mode & 0o777).toBe(0o600)
    const text = written(home)
    for (const shown of [text, done.stderr]) expect(shown).not.toContain('sandbox-secret')
    expect(parse(text)).toMatchObject({
      defaultCountry: 'US',
      sources: [
        {
          id: 'clinic',
          schedule: '0 * * * *',
          options: { path: './patients.csv', idColumn: 'Patient ID' },
          map: { phone: 'Mobile', first: 'Surname', tags: '=[record.Tier]', custom: { Plan: 'Tier' } },
          onRemoved: 'tag',
          removedTag: 'Gone',
        },
      ],
    })
    // Without any variable in the shell: the next commands work as they are printed.
    expect(await home.run('check', '--create-tags')).toMatchObject({ code: 0 })
  })

  test('a database by its address, and one with a password that nobody gets to see', async () => {
    const home = await house()
    const db = new Database(join(home.dir, 'clinic.db'))
    db.exec(
      "CREATE TABLE people (uuid TEXT PRIMARY KEY, phone TEXT) STRICT; INSERT INTO people VALUES ('a', '+1 415 234 5678')",
    )
    db.close()
    const sandbox = ['--sandbox', '--base-url', home.sandbox.url]
    const init = ['init', '-y', '--connector', 'sql', ...sandbox, '--option']
    expect(await home.run(...init, 'database=sqlite:clinic.db', 'table=people')).toMatchObject({ code: 0 })
    expect(parse(written(home)).sources[0].options).toEqual({
      database: 'sqlite:clinic.db',
      table: 'people',
      idColumn: 'uuid',
    })
    const plan = await home.run('plan')
    expect(plan.stdout).toContain('+ 14152345678')
    // Nobody listens there: the message and the files must not give the password away.
    const refused = await home.run(
      ...init,
      'database=postgres://ann:pw-77@127.0.0.1:1/x',
      'table=people',
      '--force',
    )
    expect(refused.code).not.toBe(0)
    expect(refused.stderr + refused.stdout + written(home)).not.toContain('pw-77')
  })

  test('variables that the options name come from --secrets-file', async () => {
    const home = await house()
    home.write('patients.csv', PEOPLE)
    home.write('secrets.txt', 'WHERE_IT_IS=patients.csv\nNOT_NAMED=x\n')
    const flags = [
      '--sandbox',
      '--connector',
      'csv',
      '--option',
      'path=${WHERE_IT_IS}',
      '--secrets-file',
      'secrets.txt',
    ]
    expect(await home.run('init', '--yes', ...flags)).toMatchObject({ code: 0 })
    expect(written(home, '.env')).toBe('WHERE_IT_IS=patients.csv\n')
    expect(parse(written(home)).sources[0].options).toMatchObject({
      path: '${WHERE_IT_IS}',
      idColumn: 'Patient ID',
    })
  })

  test.each<[flags: string[], says: string]>([
    [['--connector', 'hubspt'], 'Did you mean "hubspot"?'],
    [['--connector', 'hubspot'], 'token: give either `token` or `oauth`'],
    [['--connector', 'sql', '--option', 'databse=x'], 'Did you mean "database"?'],
    [['--connector', 'sql', '--option', 'database'], '--option database is not name=value'],
    [['--csv', 'nobody.csv'], 'nobody.csv'],
    [['--csv', 'a.csv', '--map', 'fone=x'], '--map fone=… names no field'],
    [['--csv', 'a.csv', '--map', 'first==record.('], 'record.('],
    [['--csv', 'a.csv', '--on-removed', 'burn'], '--on-removed burn is none of'],
    [['--csv', 'a.csv', '--on-removed', 'tag'], '--removed-tag'],
    [['--csv', 'a.csv', '--secret-id', 'x'], 'HEYMARKET_SECRET_KEY is not set'],
    [['--csv', 'a.csv', '--country', 'Atlantis'], 'Atlantis'],
    [['--secrets-file', 'nowhere'], 'There is no file nowhere'],
  ])('%j is an error that says what to do, and nothing is written', async (flags, says) => {
    const home = await house()
    home.write('a.csv', 'id,phone\n1,+1 415 234 5678\n')
    const done = await home.run('init', '--yes', ...flags)
    expect(done.code).toBe(2)
    expect(done.stderr).toContain(says)
    expect(await home.shell('ls -A').done).toMatchObject({ stdout: 'a.csv\n' })
  })
})
