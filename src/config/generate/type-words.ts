// Owns the words for a key's type in the reference tables and the example.
import type { JsonSchema } from '../keys.ts'

/** E.g. `whole number, 1 or more`, `text`, `auto, bulk or single`. */
export function typeWords(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) return [...new Set(forms.map(typeWords))].join(' or ')
  switch (schema.type) {
    case 'string':
      return schema.format === 'uri' ? 'URL' : 'text'
    case 'integer':
      return `whole number${rangeWords(schema)}`
    case 'number':
      return `number${rangeWords(schema)}`
    case 'boolean':
      return '`true` or `false`'
    case 'array':
      return schema.items ? `list of ${pluralOf(schema.items)}` : 'list'
    case 'object':
      return schema.properties ? 'group' : 'names and values'
    default:
      return 'any value'
  }
}

function pluralOf(items: JsonSchema): string {
  const words = typeWords(items)
  return words === 'text' ? 'texts' : words === 'group' ? 'groups' : words
}

function rangeWords({ minimum, maximum }: JsonSchema): string {
  const top = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (minimum !== undefined && top !== undefined) return `, ${minimum} to ${top}`
  if (minimum !== undefined) return `, ${minimum} or more`
  return top === undefined ? '' : `, ${top} or less`
}
