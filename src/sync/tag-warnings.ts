// Owns what a cycle says about tags: those that find no room on their contact, and priorities that the account lacks.
import type { DiffSettings } from './diff/settings.ts'
import type { Mirror } from './mirror/mirror.ts'

export function tagWarnings(mirror: Mirror, { lookups, tagPriority }: DiffSettings): string[] {
  const { n, example } = mirror.contacts.cutTags()
  // Where no tags are mapped, their names are not asked for.
  const known = lookups.tagNames.length > 0
  const unknown = known ? tagPriority.filter((tag) => lookups.tagId(tag) === undefined) : []
  return [...(example === null ? [] : [cutWarning(n, example)]), ...unknown.map(unknownWarning)]
}

function cutWarning(n: number, example: string): string {
  const tags = (JSON.parse(example) as string[]).map((tag) => `"${tag}"`)
  const who = n === 1 ? '1 contact has' : `${n} contacts have`
  return `${who} more than five tags, and Heymarket takes five: left out is, on the first of them, ${tags.join(', ')}. \`tags.priority\` says which come first.`
}

function unknownWarning(tag: string): string {
  return `\`tags.priority\` names "${tag}", and the Heymarket account has no such tag.`
}
