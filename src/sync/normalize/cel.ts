// Owns CEL: the environment that every expression of a mapping runs in, compilation with helpful errors, and what an
// expression names.
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { HeysyncError } from '../../lib/errors.ts'
import { recordView, valueAt } from './record-view.ts'
import { toText } from './text.ts'

export type KeyPath = readonly (string | number)[]

export interface Expression {
  /**
   * Evaluates on one record; `beside` gives further variables. `view`: how it looks, where that was worked out already.
   * Throws an ExpressionFailure.
   */
  evaluate(
    fields: Readonly<Record<string, unknown>>,
    beside?: Readonly<Record<string, object>>,
    view?: object,
  ): unknown
  readonly ast: ASTNode
  /** The type that CEL infers: `bool`, `string`, `dyn` when it depends on the record. */
  readonly type: string
  /** First-level fields of the record that the expression names. */
  readonly fields: readonly string[]
  /** True when it asks for nothing else, e.g. for no field whose name it works out. */
  readonly namesAll: boolean
  /** Whether the record has a value, be it `false` or an empty list, in anything that the expression names. */
  hasAnyOf(fields: Readonly<Record<string, unknown>>): boolean
  /** Strings that the expression can give as they are written, e.g. `VIP` in `record.vip == "1" ? ["VIP"] : []`. */
  readonly literals: readonly string[]
}

/** An expression that failed on one record; the message says why, in CEL's words. */
export class ExpressionFailure extends Error {
  override readonly name = 'ExpressionFailure'
  /** The fields that the expression names, with their values: `age=n/a, plan=`. */
  readonly value: string

  constructor(message: string, value: string, cause: unknown) {
    super(message, { cause })
    this.value = value
  }
}

const FUNCTIONS =
  'lower() upper() trim() replace(a, b) split(s) join(s) contains() startsWith() endsWith() matches(), text(x) size(x) int(x) double(x) timestamp(x)'

/** What an expression speaks of: `record` in a mapping, `contact` in a rule for lists and broadcasts, `failure` in one for dead letters. */
export type Subject = 'record' | 'contact' | 'failure'

/** How one asks for something of it, for hints. */
const ASKED: Readonly<Record<Subject, string>> = {
  record: 'record.name, record["a name with spaces"]',
  contact: 'contact.first, contact.tags, contact.custom["Plan"], and source.lists, source.id',
  failure: 'failure.code, failure.cause, failure.source',
}

const functions = new Environment({ homogeneousAggregateLiterals: false })
  .registerFunction('text(dyn): string', (value: unknown) => toText(value))
  .registerFunction('string.lower(): string', (text: string) => text.toLowerCase())
  .registerFunction('string.upper(): string', (text: string) => text.toUpperCase())
  .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  )
  .registerFunction('list<dyn>.contains(dyn): bool', (list: readonly unknown[], item: unknown) =>
    list.includes(item),
  )
  // Numbers of a record are doubles; with these `record.n + 1` works as one would write it.
  .registerOperator('double + int', (a: number, b: bigint) => a + Number(b))
  .registerOperator('int + double', (a: bigint, b: number) => Number(a) + b)
  .registerOperator('double - int', (a: number, b: bigint) => a - Number(b))
  .registerOperator('int - double', (a: bigint, b: number) => Number(a) - b)
  .registerOperator('double * int', (a: number, b: bigint) => a * Number(b))
  .registerOperator('int * double', (a: bigint, b: number) => Number(a) * b)
  .registerOperator('double / int', (a: number, b: bigint) => a / Number(b))
  .registerOperator('int / double', (a: bigint, b: number) => Number(a) / b)
  .registerOperator('double % int', (a: number, b: bigint) => a % Number(b))

/** What a rewritten expression calls. They are not in the environment that checks what a person wrote. */
const running = functions
  .clone()
  .registerFunction('valueAt(dyn, list<dyn>): dyn', valueAt)
  .registerFunction(
    'hasValueAt(dyn, list<dyn>): bool',
    (view: unknown, keys: readonly unknown[]) => valueAt(view, keys) !== '',
  )

const environments: Readonly<Record<Subject, { checks: Environment; runs: Environment }>> = {
  record: environmentOf('record'),
  contact: environmentOf('contact'),
  failure: environmentOf('failure'),
}

function environmentOf(subject: Subject): { checks: Environment; runs: Environment } {
  const of = (base: Environment) => {
    const one = base.clone().registerVariable(subject, 'dyn')
    // Where a contact comes from, and the lists it is on there.
    return subject === 'contact' ? one.registerVariable('source', 'dyn') : one
  }
  return { checks: of(functions), runs: of(running) }
}

/**
 * Compiles a CEL expression on one `subject` once. `keyPath` is where it stands in the config.
 * Throws ERR_EXPRESSION, with the expression and a caret, when it does not compile.
 */
export function compileExpression(source: string, keyPath: KeyPath, subject: Subject = 'record'): Expression {
  const parsed = check(source, keyPath, subject)
  const chains = chainsOf(subject, parsed.ast)
  const run = environments[subject].runs.parse(rewrite(source, chains, subject))
  const named = [...new Set(chains.map((chain) => String(chain.keys[0])))]
  return {
    type: parsed.type,
    ast: parsed.ast,
    fields: named,
    namesAll: !asksForWhole(subject, parsed.ast),
    literals: [...new Set(literalResults(parsed.ast))],
    hasAnyOf(fields) {
      const view = recordView(fields)
      // One that names nothing goes by whatever there is.
      const asked =
        chains.length > 0 ? chains.map(({ keys }) => keys) : Object.keys(fields).map((key) => [key])
      return asked.some((keys) => valueAt(view, keys) !== '')
    },
    evaluate(fields, beside = {}, view = recordView(fields)) {
      try {
        return run({ [subject]: view, ...beside }) as unknown
      } catch (error) {
        const values = named.map(
          (name) => `${name}=${toText(Object.hasOwn(fields, name) ? fields[name] : '')}`,
        )
        throw new ExpressionFailure(summary(error), values.join(', '), error)
      }
    },
  }
}

/** A key path as a person writes it: `sources[0].map.custom["Renewal Date"]`. */
export function keyText(keyPath: KeyPath): string {
  return keyPath
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`
      if (!/^[A-Za-z_]\w*$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join('')
}

function check(source: string, keyPath: KeyPath, subject: Subject): { ast: ASTNode; type: string } {
  let failure: unknown
  try {
    const parsed = environments[subject].checks.parse(source)
    const checked = parsed.check()
    if (checked.valid) return { ast: parsed.ast, type: checked.type ?? 'dyn' }
    failure = checked.error
  } catch (error) {
    failure = error
  }
  const start = (failure as { range?: { start: number } }).range?.start ?? 0
  throw new HeysyncError('ERR_EXPRESSION', {
    message: `${keyText(keyPath)} is not a CEL expression that works: ${summary(failure)}\n\n${caret(source, start)}`,
    hint: `The variable is \`${subject}\` (${ASKED[subject]}); text goes in quotes. Functions: ${FUNCTIONS}. See docs/mapping.md.`,
    cause: failure,
  })
}

function summary(error: unknown): string {
  const given = error as { summary?: unknown; message?: unknown }
  return String(given.summary ?? given.message ?? error)
}

/** The line of `source` that holds `position`, with a caret below it. */
function caret(source: string, position: number): string {
  const from = source.lastIndexOf('\n', position - 1) + 1
  const end = source.indexOf('\n', position)
  return `  ${source.slice(from, end === -1 ? undefined : end)}\n  ${' '.repeat(Math.max(0, position - from))}^`
}

/** `record.a["b"][0]` found in an expression: its keys, its span in the text, and whether only its presence is asked (`has()`, `in`). */
interface Chain {
  readonly keys: readonly (string | bigint)[]
  readonly start: number
  readonly end: number
  readonly has: boolean
}

function chainsOf(subject: Subject, root: ASTNode): Chain[] {
  const found: Chain[] = []
  const visit = (item: unknown): void => {
    if (Array.isArray(item)) {
      for (const part of item) visit(part)
      return
    }
    if (!isNode(item)) return
    const member = inSubject(subject, item)
    const argument = hasArgument(item)
    const keys = member ?? chainKeys(subject, argument ?? item)
    if (keys !== null && keys.length > 0)
      found.push({ keys, start: item.start, end: item.end, has: (member ?? argument) !== null })
    else visit(item.args)
  }
  visit(root)
  return found
}

/** Whether the subject stands somewhere without a field that is written there. */
function asksForWhole(subject: Subject, node: unknown): boolean {
  if (Array.isArray(node)) return node.some((part) => asksForWhole(subject, part))
  if (!isNode(node)) return false
  if (node.op === 'id') return node.args === subject
  const keys = inSubject(subject, node) ?? chainKeys(subject, hasArgument(node) ?? node)
  return (keys === null || keys.length === 0) && asksForWhole(subject, node.args)
}

/** The keys below the subject; null when the node is anything else. */
function chainKeys(subject: Subject, node: Node): (string | bigint)[] | null {
  if (node.op === 'id') return node.args === subject ? [] : null
  if (node.op !== '.' && node.op !== '[]') return null
  const [left, right] = node.args as [Node, unknown]
  const key = isNode(right) ? (right.op === 'value' ? right.args : undefined) : right
  if (typeof key !== 'string' && typeof key !== 'bigint') return null
  const keys = chainKeys(subject, left)
  if (keys === null) return null
  return [...keys, key]
}

/** `"x" in record` asks the same as `has(record.x)`. */
function inSubject(subject: Subject, node: Node): string[] | null {
  if (node.op !== 'in') return null
  const [left, right] = node.args as [Node, Node]
  return left.op === 'value' && typeof left.args === 'string' && right.op === 'id' && right.args === subject
    ? [left.args]
    : null
}

function hasArgument(node: Node): Node | null {
  if (node.op !== 'call') return null
  const [name, args] = node.args as [string, readonly unknown[]]
  const first = args[0]
  return name === 'has' && isNode(first) ? first : null
}

/**
 * Makes deep reads and `has()` follow the rule that a missing value is "": CEL itself fails on `record.a.b` when `a` is
 * missing, and a view in which every field is there makes its `has()` always true.
 */
function rewrite(source: string, chains: readonly Chain[], subject: Subject): string {
  let text = source
  for (const chain of [...chains].sort((a, b) => b.start - a.start)) {
    if (chain.keys.length < 2 && !chain.has) continue
    const keys = chain.keys
      .map((key) => (typeof key === 'bigint' ? String(key) : JSON.stringify(key)))
      .join(', ')
    const call = `${chain.has ? 'hasValueAt' : 'valueAt'}(${subject}, [${keys}])`
    text = text.slice(0, chain.start) + call + text.slice(chain.end)
  }
  return text
}

/** String literals in the places where an expression gives a result: list items and branches, not conditions. */
function literalResults(node: Node): string[] {
  const args = node.args as readonly unknown[]
  switch (node.op) {
    case 'value':
      return typeof node.args === 'string' ? [node.args] : []
    case 'list':
      return args.filter(isNode).flatMap(literalResults)
    case '?:':
      return args.slice(1).filter(isNode).flatMap(literalResults)
    case '+':
      // Adding lists keeps their items; adding texts makes a new one.
      return args.filter(isNode).flatMap((part) => (part.op === 'value' ? [] : literalResults(part)))
    case 'rcall': {
      const [name, receiver] = args
      return (name === 'filter' || name === 'join') && isNode(receiver) ? literalResults(receiver) : []
    }
    default:
      return []
  }
}

interface Node {
  readonly op: string
  readonly args: unknown
  readonly start: number
  readonly end: number
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
