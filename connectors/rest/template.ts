// Owns the `{{name}}` in the description of a request: which there are, where they stand, and what is put in their place. Pure.

export const PLACEHOLDERS = ['from', 'to', 'cursor', 'page', 'offset', 'lastId', 'pageSize'] as const
export type Placeholder = (typeof PLACEHOLDERS)[number]

/** What is put in; a name that is not there has no value now. */
export type Scope = Readonly<Partial<Record<Placeholder, string | number>>>

const MARK = /\{\{\s*([^{}]*?)\s*\}\}/g
const ALONE = /^\{\{\s*([^{}]*?)\s*\}\}$/

/** Every name that stands between double braces, at any depth, also those that mean nothing. */
export function namesIn(template: unknown): string[] {
  if (typeof template === 'string') return [...template.matchAll(MARK)].map(([, name = '']) => name)
  if (template === null || typeof template !== 'object') return []
  return Object.values(template).flatMap(namesIn)
}

/**
 * The template with its placeholders filled in. A text, a key or a part of a list whose placeholder has no value is left
 * out: undefined. A placeholder that stands alone keeps its type, so that a number stays one in JSON.
 */
export function filled(template: unknown, scope: Scope): unknown {
  if (typeof template === 'string') return filledText(template, scope)
  if (Array.isArray(template))
    return template.map((part) => filled(part, scope)).filter((part) => part !== undefined)
  if (template === null || typeof template !== 'object') return template
  const entries = Object.entries(template).map(([key, value]) => [key, filled(value, scope)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function filledText(template: string, scope: Scope): string | number | undefined {
  const value = (name: string) => scope[name as Placeholder]
  const [, alone] = ALONE.exec(template) ?? []
  if (alone !== undefined) return value(alone)
  if (namesIn(template).some((name) => value(name) === undefined)) return undefined
  return template.replace(MARK, (_, name: string) => String(value(name)))
}
