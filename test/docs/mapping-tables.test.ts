// The tables of docs/mapping.md and docs/lists-and-consent.md say what the normalizer and the rules of lists do.
import { expect, test } from 'vitest'
import { compileListRules } from '../../src/sync/lists/rule.ts'
import { compileNormalizer, type Normalized } from '../../src/sync/normalize/normalize.ts'
import { load } from '../config/folder.ts'
import { sourceConfig } from '../sync/normalize/source-config.ts'
import { blocksOf, pages } from './pages.ts'

const textOf = (path: string) => pages.find((page) => page.path === path)?.text ?? ''
const mapping = textOf('docs/mapping.md')
const lists = textOf('docs/lists-and-consent.md')

/** The cells of the table below this comment, without its head. */
function rowsBelow(page: string, comment: string): string[][] {
  const [, table = ''] = page.split(`<!-- ${comment} -->\n\n`)
  const [first = ''] = table.split('\n\n')
  const rows = first.split('\n').slice(2)
  if (rows.length === 0) throw new Error(`There is no table below ${comment}.`)
  return rows.map((row) => row.slice(2, -2).split(' | '))
}

const bare = (cell = '') => cell.replaceAll('`', '')

/** As the tables write it; blanks are left out. */
function told(result: Normalized): unknown {
  if (result.kind === 'rejected') return `rejected: ${result.rejection.code}`
  if (result.kind !== 'contact') return result.kind
  const { phone, fields, optedOut } = result.contact
  return withoutBlanks({ phone, ...fields, optedOut: optedOut || '' })
}

function withoutBlanks(value: object): object | '' {
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const isGroup = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    const clean = isGroup ? withoutBlanks(inner) : inner
    const isBlank = clean === '' || (Array.isArray(clean) && clean.length === 0)
    return isBlank ? [] : [[key, clean]]
  })
  return kept.length === 0 ? '' : Object.fromEntries(kept)
}

const HEYMARKET =
  'heymarket: { auth: { secretId: "${HEYMARKET_SECRET_ID}", secretKey: "${HEYMARKET_SECRET_KEY}" } }\n'
const [block] = blocksOf(mapping, 'yaml')

test.each(rowsBelow(mapping, 'mapped by the config above'))('%s becomes %s', (record, contact) => {
  const { config } = load(`${HEYMARKET}${block?.text}`)
  const [source] = config.sources
  if (source === undefined) throw new Error('The config of the page has no source.')
  const normalizer = compileNormalizer(source, {
    defaultCountry: config.defaultCountry,
    keyPath: ['sources', 0],
  })
  const fields = JSON.parse(bare(record))
  const wanted = bare(contact)
  expect(told(normalizer.normalize({ id: '1', fields, updatedAt: null }))).toEqual(
    wanted.startsWith('{') ? JSON.parse(wanted) : wanted,
  )
})

test.each(rowsBelow(mapping, 'phones, with the country beside them'))(
  '%s in %s is %s',
  (cell, country, number) => {
    const normalizer = compileNormalizer(sourceConfig({ country: 'country' }), { keyPath: ['sources', 0] })
    const fields = { phone: bare(cell), country: bare(country) }
    const result = told(normalizer.normalize({ id: '1', fields, updatedAt: null }))
    expect(typeof result === 'string' ? result : (result as { phone: string }).phone).toBe(bare(number))
  },
)

const [, where = ''] = /<!-- rule: (.+) -->/.exec(lists) ?? []

test('the rule of the table is the one that the page shows', () => {
  expect(blocksOf(lists, 'yaml')[0]?.text).toContain(`where: '${where}'`)
})

test.each(rowsBelow(lists, `rule: ${where}`))('%s is on the list: %s', (person, isOn) => {
  const [rule] = compileListRules([{ title: 'Premium customers', where, owned: false }])
  const contact = JSON.parse(bare(person))
  expect(rule?.matches({ contact, source: {}, onLists: () => [] })).toBe(isOn === 'yes')
})
