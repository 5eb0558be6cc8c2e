// Owns the OpenAPI document: made from the table of routes, so that it cannot say anything else than they do.
import { z } from 'zod'
import { failure } from '../api/contract.ts'
import type { Route } from './route.ts'

type Schema = Record<string, unknown>

export function openApiDocument(routes: readonly Route[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'heysync admin API',
      version,
      description: 'Instants are RFC 3339 in UTC; phones are bare E.164.',
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: '`service.token` of the config.' },
      },
      responses: { failure: { description: 'What went wrong.', content: json(schemaOf(failure)) } },
    },
  }
}

function operationOf(route: Route) {
  const { summary, status, answer, body, hasFile } = route
  return {
    summary,
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(body === null ? {} : { requestBody: { content: json(schemaOf(body, 'input')) } }),
    responses: {
      [status]: {
        description: status === 202 ? 'Accepted: the cycle runs as soon as it can.' : 'Done.',
        content: {
          ...json(schemaOf(answer)),
          ...(hasFile ? { 'text/csv': { schema: { type: 'string' } } } : {}),
        },
      },
      default: { $ref: '#/components/responses/failure' },
    },
  }
}

function parametersOf(object: z.ZodObject, place: 'path' | 'query') {
  const { properties = {}, required = [] } = schemaOf(object, 'input') as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    description,
    schema,
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  return rest
}

function json(schema: Schema) {
  return { 'application/json': { schema } }
}
