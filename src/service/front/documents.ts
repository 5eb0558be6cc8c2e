// Owns the generated parts of docs/api.md: the table of routes goes in, Markdown comes out. Pure.
import { z } from 'zod'
import { type GeneratedDocument, parts } from '../../config/generate/documents.ts'
import { markdownTable } from '../../config/generate/marked.ts'
import { event, failure } from '../api/contract.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
}

/** Everything that follows from the table of routes; scripts/docs.mjs writes it. */
export function apiDocuments(): readonly GeneratedDocument[] {
  return [
    parts('docs/api.md', () => ({
      overview: markdownTable(
        ['Call', 'What it does'],
        routes.map(({ method, path, summary }) => [`\`${method} ${path}\``, summary]),
      ),
      routes: routes.map(sectionOf).join('\n\n'),
      failure: block(shapeOf(schemaOf(failure, 'output'))),
      events: block(shapeOf(schemaOf(event, 'output'))),
    })),
  ]
}

function sectionOf({ method, path, summary, params, query, body, answer, status, hasFile }: Route): string {
  const asks = [
    ...rowsOf(schemaOf(params, 'input'), 'path'),
    ...rowsOf(schemaOf(query, 'input'), 'query'),
    ...(body === null ? [] : rowsOf(schemaOf(body, 'input'), 'body')),
  ]
  return [
    `### ${method} ${path}`,
    summary,
    ...(asks.length === 0 ? [] : [markdownTable(['Name', 'In', 'Type', 'Meaning'], asks)]),
    `Answers ${status}${hasFile ? ', or a file where `Accept: text/csv` asks for it' : ''}:`,
    block(shapeOf(schemaOf(answer, 'output'))),
  ].join('\n\n')
}

function rowsOf({ properties = {} }: Schema, place: string): string[][] {
  return Object.entries(properties).map(([name, schema]) => [
    `\`${name}\``,
    place,
    shapeOf({ ...schema, description: '' }),
    schema.description ?? '',
  ])
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  return z.toJSONSchema(schema, { io }) as Schema
}

function block(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``
}

/** As TypeScript would write it, which is shorter to read than a JSON Schema. */
function shapeOf(schema: Schema, indent = ''): string {
  const { type, properties, items, additionalProperties: more } = schema
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return either.map((one) => shapeOf(one, indent)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if (type === 'array') {
    const each = shapeOf(items ?? {}, indent)
    return each.includes(' | ') && !each.startsWith('{') ? `(${each})[]` : `${each}[]`
  }
  if (type === 'object' && properties !== undefined) {
    const inner = `${indent}  `
    const required = new Set(schema.required)
    const lines = Object.entries(properties).map(
      ([name, one]) => `${inner}${name}${required.has(name) ? '' : '?'}: ${shapeOf(one, inner)}`,
    )
    return `{\n${lines.join('\n')}\n${indent}}`
  }
  if (type === 'object')
    return `Record<string, ${typeof more === 'object' ? shapeOf(more, indent) : 'unknown'}>`
  if (type === 'integer') return 'number'
  return type ?? 'unknown'
}
