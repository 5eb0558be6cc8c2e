// Owns the reading of a plan file that may have been changed on the way: line by line, as heysync writes it, or as one JSON
// text where another program laid it out anew. Of a file that is not whole nothing is taken.
import { z } from 'zod'
import { HeysyncError } from '../../lib/errors.ts'
import {
  CLOSING,
  contentSum,
  opening,
  type Plan,
  type PlannedList,
  planHead,
  plannedChange,
  plannedList,
  plannedMember,
  ROW_INDENT,
  SECTIONS,
  type Section,
  VERSION,
} from './plan-file.ts'
import type { RowStore } from './row-store.ts'

export interface PlanSource {
  /** For messages. */
  readonly name: string
  /** Without the line ends. */
  lines(): Iterable<string>
  /** All of it. */
  text(): string
}

/** The head comes first, the rows in the order of the file. */
type Part = readonly [what: 'head' | Section, json: unknown]

/** Rows that are taken in one step. */
const PART = 500

/** Reads a plan into the store, which forgets the one before. Errors: ERR_PLAN_INVALID. */
export function* readPlanSteps(source: PlanSource, store: RowStore): Generator<void, Plan> {
  try {
    return yield* takeSteps(partsOfLines(source.lines()), source.name, store)
  } catch (thrown) {
    if (thrown !== OTHER_LAYOUT) throw thrown
  }
  return yield* takeSteps(partsOfText(source.text(), source.name), source.name, store)
}

/** What is thrown where a file does not have its lines as heysync writes them. */
const OTHER_LAYOUT = Symbol('other layout')

function* partsOfLines(lines: Iterable<string>): Generator<Part> {
  const each = lines[Symbol.iterator]()
  const next = () => {
    const { done, value } = each.next()
    if (done) throw OTHER_LAYOUT
    return value as string
  }
  const [first] = SECTIONS
  let head = ''
  for (let line = next(); line !== opening(first); line = next()) {
    // No head is longer.
    if (head.length > 1_000_000) throw OTHER_LAYOUT
    head += line
  }
  yield ['head', parsed(head.replace(/,$/, '}'))]
  for (const [at, section] of SECTIONS.entries()) {
    if (at > 0 && next() !== opening(section)) throw OTHER_LAYOUT
    const last = at === SECTIONS.length - 1
    let line = next()
    for (; line.startsWith(ROW_INDENT); line = next()) yield [section, parsed(line.replace(/,$/, ''))]
    // There are no rows.
    if (line === '') line = next()
    if (line !== (last ? CLOSING : `${CLOSING},`)) throw OTHER_LAYOUT
  }
  if (next() !== '}') throw OTHER_LAYOUT
  for (const line of { [Symbol.iterator]: () => each }) if (line !== '') throw OTHER_LAYOUT
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw OTHER_LAYOUT
  }
}

function* partsOfText(text: string, name: string): Generator<Part> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw invalid(`${name} is not a plan file: it is not JSON.`)
  }
  const rows = z.looseObject(Object.fromEntries(SECTIONS.map((section) => [section, z.array(z.unknown())])))
  const { data } = rows.safeParse(json)
  if (data === undefined) {
    // What it is at all is looked at first.
    yield ['head', json]
    throw damaged(name, undefined)
  }
  const { lists: _lists, changes: _changes, members: _members, ...head } = data
  yield ['head', head]
  for (const section of SECTIONS) for (const row of data[section] as unknown[]) yield [section, row]
}

function* takeSteps(parts: Iterable<Part>, name: string, store: RowStore): Generator<void, Plan> {
  store.begin()
  let head: z.infer<typeof planHead> | undefined
  let sum: ReturnType<typeof contentSum> | undefined
  const lists: PlannedList[] = []
  const taken = { lists: 0, changes: 0, members: 0 }
  for (const [what, json] of parts) {
    if (what === 'head') {
      head = readHead(json, name)
      sum = contentSum(head)
      continue
    }
    const at = `${what}.${taken[what]}`
    taken[what] += 1
    if (what === 'lists') lists.push(checked(plannedList, json, name, at))
    else if (what === 'changes') store.addChange(checked(plannedChange, json, name, at))
    else store.addMember(checked(plannedMember, json, name, at))
    sum?.add(what, json)
    if (taken[what] % PART === 0) yield
  }
  if (head === undefined || sum?.id() !== head.id)
    throw invalid(
      `${name} was edited since it was made: its content is not what its id says. Nothing was written.`,
    )
  return { ...head, lists, changes: store.changes, members: store.members }
}

function readHead(json: unknown, name: string): z.infer<typeof planHead> {
  const head = z.looseObject({ format: z.literal('heysync-plan'), version: z.int() }).safeParse(json)
  if (!head.success) throw invalid(`${name} is not a plan file.`)
  if (head.data.version > VERSION) {
    throw new HeysyncError('ERR_PLAN_INVALID', {
      message: `${name} was written by a newer heysync (format ${head.data.version}; this one knows ${VERSION}).`,
      hint: 'Apply it with the heysync that wrote it, or make the plan anew: heysync plan --out',
    })
  }
  return checked(planHead, json, name, '')
}

function checked<T extends z.ZodType>(schema: T, json: unknown, name: string, at: string): z.infer<T> {
  const { success, data, error } = schema.safeParse(json)
  if (success) return data
  throw damaged(name, [at, ...(error.issues[0]?.path ?? [])].filter((one) => one !== '').join('.'))
}

function damaged(name: string, at: string | undefined): HeysyncError {
  return invalid(`${name} is damaged or was edited${at ? `: look at ${at}` : ''}. Nothing was written.`)
}

function invalid(message: string): HeysyncError {
  return new HeysyncError('ERR_PLAN_INVALID', { message, hint: 'Make the plan anew: heysync plan --out' })
}
