// Owns what a stream looks like before anything is pulled: the fields of its JSON schema, with samples out of its first records. Pure.
import type { DiscoveredField, Discovery, SourceRecord } from 'heysync/connector'
import { isObject } from './lines.ts'

const SAMPLES = 3
const SAMPLE_CHARS = 100

const TYPES: Readonly<Record<string, DiscoveredField['type']>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  array: 'list',
  object: 'object',
}

export function fieldsOf(
  schema: unknown,
  wanted: readonly string[] | undefined,
  records: readonly SourceRecord[],
): Discovery {
  const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {}
  const names = new Set([...Object.keys(properties), ...records.flatMap(({ fields }) => Object.keys(fields))])
  const fields = [...names]
    .filter(
      (name) => wanted === undefined || wanted.includes(name) || records.some(({ fields }) => name in fields),
    )
    .map((name): DiscoveredField => {
      const type = typeOf(properties[name])
      return { name, ...(type === undefined ? {} : { type }), samples: samplesOf(name, records) }
    })
  return { fields, count: null }
}

function typeOf(property: unknown): DiscoveredField['type'] {
  if (!isObject(property)) return undefined
  if (typeof property.format === 'string' && property.format.startsWith('date')) return 'date'
  const types = Array.isArray(property.type) ? property.type : [property.type]
  return TYPES[String(types.find((type) => type !== 'null'))]
}

function samplesOf(name: string, records: readonly SourceRecord[]): string[] {
  const texts = records.map(({ fields }) => {
    const value = fields[name]
    if (value === null || value === undefined) return ''
    return (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim().slice(0, SAMPLE_CHARS)
  })
  return [...new Set(texts.filter((text) => text !== ''))].slice(0, SAMPLES)
}
