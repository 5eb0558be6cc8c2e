// What a document costs at Shopify: a point for each object that it may return, so often as the connection around it says.
import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { schema } from './schema.ts'

type Variables = Readonly<Record<string, unknown>>

/** Neither is an object that costs: the page's own bookkeeping, and the edge around a node. */
const FREE = new Set(['pageInfo', 'edges'])

/** Points by the shape of the document, before anything is read. */
export function requestedCost(document: DocumentNode, variables: Variables): number {
  const info = new TypeInfo(schema)
  const times = [1]
  let cost = 0
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        enter: (node) => {
          const many = times.at(-1) ?? 1
          if (isObjectType(getNamedType(info.getType())) && !FREE.has(node.name.value)) cost += many
          times.push(many * (firstOf(node, variables) ?? 1))
        },
        leave: () => void times.pop(),
      },
    }),
  )
  return cost
}

function firstOf(field: FieldNode, variables: Variables): number | null {
  const value = field.arguments?.find(({ name }) => name.value === 'first')?.value
  if (value?.kind === Kind.INT) return Number(value.value)
  if (value?.kind === Kind.VARIABLE) return Number(variables[value.name.value] ?? 1)
  return null
}
