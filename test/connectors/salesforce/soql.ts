// A part of SOQL, as the fake organisation understands it: read by a parser of its own, so that a connector that writes
// nonsense is told so.

export type Literal = string | number | boolean | null | { readonly instant: number }

export type Condition =
  | { readonly op: 'and'; readonly sides: readonly Condition[] }
  | { readonly op: 'or'; readonly sides: readonly Condition[] }
  | { readonly op: 'not'; readonly side: Condition }
  | {
      readonly op: 'compare'
      readonly field: string
      readonly with: string
      readonly values: readonly Literal[]
    }

export interface Selected {
  /** A path, or the path in COUNT(…) or MAX(…). */
  readonly path: string
  readonly aggregate: 'COUNT' | 'MAX' | null
  readonly alias: string
}

export interface Soql {
  readonly columns: readonly Selected[]
  readonly from: string
  readonly where: Condition | null
  readonly orderBy: string | null
  readonly descending: boolean
  readonly limit: number | null
}

/** What the vendor says of a query that it cannot read. `at`: from 0. */
export class Malformed extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

interface Token {
  readonly text: string
  readonly kind: 'word' | 'text' | 'number' | 'instant' | 'sign' | 'end'
  readonly at: number
}

const SHAPES: readonly (readonly [Token['kind'], RegExp])[] = [
  ['instant', /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/y],
  ['text', /'(?:[^'\\]|\\.)*'/y],
  ['number', /-?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_][\w.]*/y],
  ['sign', /<=|>=|!=|[=<>(),]/y],
]

function tokensOf(soql: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < soql.length; ) {
    if (/\s/.test(soql[at] ?? '')) {
      at += 1
      continue
    }
    let found: Token | null = null
    for (const [kind, shape] of SHAPES) {
      shape.lastIndex = at
      const [text] = shape.exec(soql) ?? []
      if (text === undefined) continue
      found = { text, kind, at }
      break
    }
    if (found === null) throw new Malformed(`unexpected token: '${soql[at]}'`, at)
    tokens.push(found)
    at += found.text.length
  }
  return [...tokens, { text: '<EOF>', kind: 'end', at: soql.length }]
}

export function parseSoql(soql: string): Soql {
  const tokens = tokensOf(soql)
  let next = 0
  const peek = (): Token => tokens[next] ?? { text: '<EOF>', kind: 'end', at: soql.length }
  const is = (text: string) => peek().kind !== 'text' && peek().text.toUpperCase() === text
  const fail = (): never => {
    throw new Malformed(`unexpected token: '${peek().text}'`, peek().at)
  }
  const take = (kind?: Token['kind']): Token => {
    const token = peek()
    if (token.kind === 'end' || (kind !== undefined && token.kind !== kind)) fail()
    next += 1
    return token
  }
  const expect = (text: string) => (is(text) ? void take() : fail())
  const accept = (text: string): boolean => {
    if (!is(text)) return false
    take()
    return true
  }

  const column = (): Selected => {
    const { text } = take('word')
    const aggregate = text.toUpperCase()
    if (!accept('(')) return { path: text, aggregate: null, alias: text }
    if (aggregate !== 'COUNT' && aggregate !== 'MAX') return fail()
    const path = is(')') ? '' : take('word').text
    expect(')')
    const alias = peek().kind === 'word' && !is('FROM') ? take('word').text : 'expr0'
    return { path, aggregate, alias }
  }
  const literal = (): Literal => {
    const token = take()
    if (token.kind === 'text') return token.text.slice(1, -1).replace(/\\(.)/g, '$1')
    if (token.kind === 'number') return Number(token.text)
    if (token.kind === 'instant') return { instant: Date.parse(token.text) }
    const word = token.text.toUpperCase()
    if (word === 'TRUE' || word === 'FALSE') return word === 'TRUE'
    if (word === 'NULL') return null
    next -= 1
    return fail()
  }
  const compare = (): Condition => {
    if (accept('NOT')) return { op: 'not', side: compare() }
    if (accept('(')) {
      const inner = either()
      expect(')')
      return inner
    }
    const field = take('word').text
    const isNotIn = accept('NOT')
    const sign = is('IN') ? take().text.toUpperCase() : take('sign').text
    if (isNotIn && sign !== 'IN') return fail()
    if (sign !== 'IN') {
      if (!['=', '!=', '<', '<=', '>', '>='].includes(sign)) {
        next -= 1
        return fail()
      }
      return { op: 'compare', field, with: sign, values: [literal()] }
    }
    expect('(')
    const values = [literal()]
    while (accept(',')) values.push(literal())
    expect(')')
    const isIn: Condition = { op: 'compare', field, with: 'IN', values }
    return isNotIn ? { op: 'not', side: isIn } : isIn
  }
  const all = (): Condition => {
    const sides = [compare()]
    while (accept('AND')) sides.push(compare())
    const [only] = sides
    // The vendor wants brackets where AND and OR meet.
    if (sides.length > 1 && is('OR')) fail()
    return sides.length === 1 && only ? only : { op: 'and', sides }
  }
  const either = (): Condition => {
    const sides = [all()]
    while (accept('OR')) sides.push(compare())
    if (sides.length > 1 && is('AND')) fail()
    const [only] = sides
    return sides.length === 1 && only ? only : { op: 'or', sides }
  }

  expect('SELECT')
  const columns = [column()]
  while (accept(',')) columns.push(column())
  expect('FROM')
  const from = take('word').text
  const where = accept('WHERE') ? either() : null
  let orderBy: string | null = null
  let descending = false
  if (accept('ORDER')) {
    expect('BY')
    orderBy = take('word').text
    descending = accept('DESC')
  }
  const limit = accept('LIMIT') ? Number(take('number').text) : null
  if (peek().kind !== 'end') fail()
  return { columns, from, where, orderBy, descending, limit }
}
