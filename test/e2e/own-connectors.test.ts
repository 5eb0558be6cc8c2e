// A connector that does not come with heysync: written by `connectors new`, tried by `connectors test` and `pull`, and
// found by the config as a path or a package.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startVendor } from 'heysync/connector/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scaffold } from '../../src/cli/scaffold.ts'
import { aWorkshop, type Workshop } from './outside.ts'

const TOKEN = 'desk-token-77aa'

/** The made-up API of the first files, with seven people in it. */
async function aDesk(bend: (people: object[]) => object[] = (people) => people) {
  const clock = { now: Date.now, sleep: async () => {}, advance: () => {} }
  const everybody = Array.from({ length: 7 }, (_, index) => ({
    id: index + 1,
    updated_at: '2026-01-05T10:00:00.000Z',
    mobile: index === 6 ? 'none' : `(415) 555-267${index}`,
    given: 'Siobhán',
    family: 'Okonkwo',
    mail: `siobhan${index}@okonkwo.example`,
    no_texts: false,
    deleted: false,
  }))
  const server = await startVendor(clock, ({ url, headers }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { error: 'unknown token' } }
    const from = Date.parse(url.searchParams.get('updated_from') ?? '1970-01-01')
    const found = everybody.filter(({ updated_at }) => Date.parse(updated_at) >= from)
    const rest = found.filter(({ id }) => id > Number(url.searchParams.get('after')))
    const limit = Number(url.searchParams.get('limit'))
    const people = bend(rest.slice(0, limit))
    return { body: { people, has_more: rest.length > limit, total: found.length } }
  })
  onTestFinished(() => server.close())
  return server
}

const source = (connector: string, url: string, token = TOKEN) => ({
  connector,
  options: { url, token, pageSize: 2 },
  map: { phone: 'mobile', first: 'given', last: 'family', email: 'mail', optedOut: 'no_texts' },
})

function config(sources: Readonly<Record<string, object>>): string {
  return JSON.stringify(
    {
      heymarket: { auth: { secretId: 'a', secretKey: 'b' } },
      defaultCountry: 'US',
      sources: Object.entries(sources).map(([id, one]) => ({ id, ...one })),
    },
    null,
    1,
  )
}

const FOLDER = 'heysync-connector-front-desk'
const FILE = `./${FOLDER}/connector.js`

/** A workshop with the first files of a connector in it. */
function made(): Workshop {
  const shop = aWorkshop()
  scaffold('front-desk', shop.folder)
  return shop
}

test('connectors new writes a connector whose tests are green at once, and leaves alone what is there', async () => {
  const shop = aWorkshop()
  const first = await shop.heysync(['connectors', 'new', 'front-desk'])
  expect(first.out).toContain(`${FOLDER}/connector.js`)
  expect(first.code).toBe(0)
  const { code, out } = await shop.vitest(FOLDER)
  expect(out).toMatch(/Tests\s+\d\d passed \(\d\d\)/)
  expect(code).toBe(0)
  expect(() => scaffold('front-desk', shop.folder)).toThrow('is there already')
  expect(() => scaffold('../up', shop.folder)).toThrow('cannot be the name')
})

describe('connectors test', () => {
  test('finds nothing wrong with a connector that is right', async () => {
    const shop = made()
    const { url } = await aDesk()
    shop.write('heysync.yaml', config({ people: source(FILE, url) }))
    const { code, out } = await shop.heysync(['connectors', 'test', 'people', '--limit', '3'])
    expect(out.match(/✓/g), out).toHaveLength(9)
    expect(out).toContain('stopped at the limit')
    expect(code).toBe(0)
  })

  test('says what is wrong', async () => {
    const shop = made()
    let calls = 0
    const { url } = await aDesk((people) => people.map((one) => ({ ...one, at: calls++ })))
    shop.write('heysync.yaml', config({ people: source(FILE, url) }))
    const { code, out } = await shop.heysync(['connectors', 'test', 'people', '--all'])
    expect(out).toMatch(
      /✗ {2}reads the same again {2}7 came again, 0 did not, 7 came otherwise without a change/,
    )
    expect(out.match(/✓/g), out).toHaveLength(8)
    expect(code).toBe(4)
  })
})

describe('pull', () => {
  test('shows records raw and mapped, and saves them without the people', async () => {
    const shop = made()
    const { url } = await aDesk()
    shop.write('heysync.yaml', config({ people: source(FILE, url) }))
    const { code, out } = await shop.heysync(['pull', 'people', '--save', 'fixtures/'])
    expect(code, out).toBe(0)
    expect(out).toMatch(/mobile: "\(415\) 555-2670" +│ {2}phone: 14155552670/)
    expect(out).toMatch(/rejected: PHONE_\w+ at phone/)
    const saved = readFileSync(join(shop.folder, 'fixtures/people.json'), 'utf8')
    expect(saved).not.toMatch(/siobh|okonkwo|267\d/i)
    expect(JSON.parse(saved)).toHaveLength(7)
  })

  test('says that the credential is not taken, and which source there is', async () => {
    const shop = made()
    const { url } = await aDesk()
    shop.write('heysync.yaml', config({ people: source(FILE, url, 'another-token') }))
    const refused = await shop.heysync(['pull', 'people', '--limit', '1'])
    expect(refused.out).toContain('ERR_SOURCE_UNAUTHORIZED')
    expect(refused.out).not.toContain('another-token')
    expect(refused.code).toBe(2)
    const { code, out } = await shop.heysync(['pull', 'peple'])
    expect(out).toContain('Did you mean "people"?')
    expect(code).toBe(2)
  })
})

describe('the key connector', () => {
  test('takes a file, a folder, a named export and a package, from the folder of the config', async () => {
    const shop = made()
    const { url } = await aDesk()
    shop.write('conf/own.mjs', `export { default as connector } from '../${FOLDER}/connector.js'`)
    shop.write(`${FOLDER}/index.js`, "export { default } from './connector.js'")
    for (const name of ['heysync-connector-desk', '@clinic/desk']) {
      for (const file of ['package.json', 'connector.js', 'options.js'])
        shop.write(`node_modules/${name}/${file}`, readFileSync(join(shop.folder, FOLDER, file), 'utf8'))
    }
    const names = [`.${FILE}`, `../${FOLDER}/`, './own.mjs', 'heysync-connector-desk', '@clinic/desk']
    const sources = names.map((name, index) => [`s${index}`, source(name, url)] as const)
    shop.write('conf/heysync.yaml', config(Object.fromEntries(sources)))
    const { code, out } = await shop.heysync(['pull', 's4', '--config', 'conf/heysync.yaml', '--limit', '2'])
    expect(code, out).toBe(0)
    expect(out).toContain('phone: 14155552671')
  })

  test('says of each that cannot be used what is wrong, and where', async () => {
    const shop = aWorkshop()
    const broken: readonly (readonly [string, string | null, string])[] = [
      ['./gone.js', null, 'is ./gone.js, and there is no such file in '],
      ['heysync-connector-gone', null, 'npm install heysync-connector-gone'],
      ['./nothing.mjs', 'const x = 1', 'exports nothing; it must export its connector as default'],
      ['./other.mjs', 'export const made = 1', 'exports made; it must export'],
      ['./shape.mjs', 'export default { kind: "x", pull: 1 }', 'pull: pull is not a function'],
      ['./breaks.mjs', 'throw new Error("boom")', 'could not be loaded: boom'],
      ['./half.mjs', 'export default {', 'could not be loaded: '],
      ['./needs.mjs', 'import "nowhere-to-be-found"', "Cannot find package 'nowhere-to-be-found'"],
    ]
    for (const [name, text] of broken) if (text !== null) shop.write(`conf/${name}`, text)
    const sources = broken.map(([name], index) => [`s${index}`, source(name, 'http://127.0.0.1:1')] as const)
    shop.write('conf/heysync.yaml', config(Object.fromEntries(sources)))
    const { code, out } = await shop.heysync(['pull', 's0', '--config', 'conf/heysync.yaml'])
    expect(code, out).toBe(2)
    expect(out).toContain('ERR_CONFIG_INVALID')
    expect(out).toContain('conf/heysync.yaml has 8 problems')
    const lines = out.split('\n').filter((line) => /^\s*(\S*heysync\.yaml:)?\d+:\d+ /.test(line))
    expect(lines).toHaveLength(broken.length)
    for (const [index, [, , words]] of broken.entries()) expect(lines[index]).toContain(words)
  })

  test('runs TypeScript where Node does, and says so where it does not', async () => {
    const shop = made()
    const { url } = await aDesk()
    shop.write('own.ts', `export { default } from '${FILE}'\n`)
    shop.write('heysync.yaml', config({ people: source('./own.ts', url) }))
    const { code, out } = await shop.heysync(['pull', 'people', '--limit', '1'])
    const strips = Boolean((process.features as { typescript?: unknown }).typescript)
    expect(code, out).toBe(strips ? 0 : 2)
    expect(out).toContain(strips ? 'Siobhán' : 'does not run TypeScript')
  })
})
