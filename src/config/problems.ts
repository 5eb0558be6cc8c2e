// Owns problems: from zod's issues to places and plain words, and from many problems to one error.
import type { core } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import { nearest, oneOf } from '../lib/suggest.ts'
import { explainIssue, wrongType } from './explain.ts'
import type { KeyInfo } from './keys.ts'
import type { KeyPath, Places, Side } from './places.ts'
import { pathWords } from './places.ts'

type Issue = core.$ZodIssue

/** One thing that is wrong with the config. */
export interface Problem {
  readonly path: KeyPath
  /** Whether the key or the value is at fault: where the place points. */
  readonly side: Side
  /** To stand after the key path, e.g. `must be at least 1`. */
  readonly what: string
}

export interface ProblemContext {
  /** The value at a key path; undefined where there is none. */
  valueAt(path: KeyPath): unknown
  /** False where a message must not repeat the value. */
  mayShow(path: KeyPath): boolean
  /** Every key that the config knows, for suggestions. */
  readonly keys: () => readonly KeyInfo[]
}

/** Zod's issues as problems. `base` is the key path of what was parsed. */
export function problemsOf(issues: readonly Issue[], base: KeyPath, context: ProblemContext): Problem[] {
  const found = issues.flatMap((issue) => fromIssue(issue, base, context))
  const problems = withCredentialsExplained(found, base, context)
  const suggested = new Set(problems.flatMap((problem) => ('meant' in problem ? [problem.meant] : [])))
  return problems.filter(
    (problem) => !(problem.what === 'is missing' && suggested.has(pathWords(problem.path))),
  )
}

/** One error for all problems, in the order of the file. */
export function invalidConfig(problems: readonly Problem[], places: Places): HeysyncError {
  const lines = placed(problems, places)
  return new HeysyncError('ERR_CONFIG_INVALID', {
    message: list(
      `${places.file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:`,
      lines,
    ),
    hint: 'Correct the lines above and run `heysync check`; every key is explained in docs/configuration.md.',
    ...firstPlace(lines),
  })
}

/** One error for all references that cannot be filled in. */
export function missingSecrets(
  problems: readonly (Problem & { hint: string })[],
  places: Places,
): HeysyncError {
  const lines = placed(problems, places)
  const hints = [...new Set(problems.map((problem) => problem.hint))]
  const count = problems.length === 1 ? 'a value' : `${problems.length} values`
  return new HeysyncError('ERR_CONFIG_SECRET', {
    message: list(`${places.file} has ${count} that cannot be filled in:`, lines),
    hint: hints.join('\n'),
    ...firstPlace(lines),
  })
}

interface Line {
  readonly place: string
  readonly text: string
}

function placed(problems: readonly Problem[], places: Places): Line[] {
  return problems
    .map(({ path, side, what }) => ({ place: places.of(path, side), text: `${pathWords(path)} ${what}` }))
    .sort((a, b) => order(a.place, b.place))
}

function order(a: string, b: string): number {
  const [lineA = 0, columnA = 0] = a.split(':').slice(-2).map(Number)
  const [lineB = 0, columnB = 0] = b.split(':').slice(-2).map(Number)
  return lineA - lineB || columnA - columnB
}

function list(head: string, lines: readonly Line[]): string {
  return [head, ...lines.map(({ place, text }) => `  ${place}  ${text}`)].join('\n')
}

function firstPlace(lines: readonly Line[]): { place?: string } {
  return lines[0] ? { place: lines[0].place } : {}
}

type Found = Problem | (Problem & { readonly meant: string })

function fromIssue(issue: Issue, base: KeyPath, context: ProblemContext): Found[] {
  const path = [...base, ...keyPathOf(issue)]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, context))
  if (issue.code === 'invalid_union') return fromUnion(issue, path, context)
  const seen = { value: context.valueAt(path), mayShow: context.mayShow(path) }
  const side = seen.value === undefined || issue.code === 'invalid_key' ? 'key' : 'value'
  return [{ path, side, what: explainIssue(issue, seen) }]
}

function keyPathOf(issue: Issue): KeyPath {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
}

/** A union fails in each of its forms; only what is wrong with the form that was meant helps. */
function fromUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: KeyPath,
  context: ProblemContext,
): Found[] {
  const seen = { value: context.valueAt(path), mayShow: context.mayShow(path) }
  const forms = issue.errors.filter((form) => !form.some((part) => isOtherType(part)))
  const meant = [...forms].sort((a, b) => strangeness(a) - strangeness(b))[0]
  if (meant && meant.length > 0) return meant.flatMap((part) => fromIssue(part, path, context))
  const choice = issue.errors.flat().find((part) => part.code === 'invalid_value' && part.path.length === 0)
  if (choice !== undefined && typeof seen.value === 'string') return fromIssue(choice, path, context)
  const types = issue.errors.flatMap((form) =>
    form.flatMap((part) => (part.code === 'invalid_type' && part.path.length === 0 ? [part.expected] : [])),
  )
  const what = types.length > 0 ? wrongType(types, seen) : explainIssue(issue, seen)
  return [{ path, side: seen.value === undefined ? 'key' : 'value', what }]
}

function isOtherType(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

/** How far a value is from one form of a union: an unknown key says more than a missing one. */
function strangeness(form: readonly Issue[]): number {
  return form.reduce(
    (sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length * 10 : 1),
    0,
  )
}

const AUTH: KeyPath = ['heymarket', 'auth']

/** The two forms of credentials get one sentence of their own, where single keys would not help. */
function withCredentialsExplained(
  found: readonly Found[],
  base: KeyPath,
  context: ProblemContext,
): readonly Found[] {
  const isAuth = ({ path }: Problem): boolean => AUTH.every((part, index) => path[index] === part)
  if (base.length > 0 || !found.some(isAuth)) return found
  const what = aboutCredentials(context.valueAt(AUTH))
  if (what === null) return found
  const side = context.valueAt(AUTH) === undefined ? 'key' : 'value'
  return [...found.filter((problem) => !isAuth(problem)), { path: AUTH, side, what }]
}

function aboutCredentials(value: unknown): string | null {
  const forms = 'either secretId and secretKey (an API secret), or apiKey (a legacy team key)'
  if (value === undefined || value === null) return `is missing: give ${forms}`
  if (typeof value !== 'object' || Array.isArray(value)) return `must be ${forms}`
  const has = (key: string): boolean => Object.hasOwn(value, key)
  if (has('apiKey') && (has('secretId') || has('secretKey')))
    return `has both kinds of credentials: give ${forms}`
  const known = Object.keys(value).some((key) => nearest(key, ['secretId', 'secretKey', 'apiKey']) !== null)
  return known ? null : `lacks credentials: give ${forms}`
}

function unknownKey(parent: KeyPath, key: string, context: ProblemContext): Found {
  const path = [...parent, key]
  const unknown = { path, side: 'key', what: 'is not a key that heysync knows' } as const
  const level = parent.map((part) => (typeof part === 'number' ? '[]' : part))
  const here = (info: KeyInfo): boolean => sameLevel(info.path.slice(0, -1), level)
  const nameOf = (info: KeyInfo): string => info.path[info.path.length - 1] ?? ''
  const siblings = context.keys().filter(here).map(nameOf)
  const elsewhere = context.keys().filter((info) => !here(info))
  const near = nearest(key, siblings)
  if (near !== null) {
    return { ...unknown, what: `${unknown.what}; did you mean ${near}?`, meant: pathWords([...parent, near]) }
  }
  // A name from another level is only meant when it is spelled almost right.
  const other = nearest(key, elsewhere.map(nameOf), key.length < 6 ? 0 : 1)
  if (other === null) {
    const known = siblings.length > 0 ? `; known here: ${siblings.join(', ')}` : ''
    return { ...unknown, what: `${unknown.what}${known}` }
  }
  const homes = [
    ...new Set(elsewhere.filter((info) => nameOf(info) === other).map((info) => homeWords(info.path))),
  ]
  const belongs = homes.length > 3 ? `${homes.slice(0, 3).join(', ')} and others` : oneOf(homes)
  return {
    ...unknown,
    what: `${unknown.what} here; ${other === key ? 'it' : other} belongs ${belongs}`,
  }
}

function sameLevel(pattern: readonly string[], level: readonly string[]): boolean {
  return (
    pattern.length === level.length && pattern.every((part, index) => part === '*' || part === level[index])
  )
}

function homeWords(path: readonly string[]): string {
  const home = path.slice(0, -1)
  if (home.length === 0) return 'at the top level'
  return `under ${home.map((part, index) => (part === '[]' ? '[…]' : index === 0 ? part : `.${part}`)).join('')}`
}
