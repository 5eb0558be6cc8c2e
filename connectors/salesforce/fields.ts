// Owns which columns are read: the names of the options held against what the organisation says that its objects have.

import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import { z } from 'zod'
import { codesOf, readAs } from './answers.ts'
import type { Client } from './client.ts'
import { type PersonObject, personObjects } from './objects.ts'
import type { SalesforceOptions } from './options.ts'

const described = z.looseObject({
  name: z.string(),
  label: z.string().nullish(),
  type: z.string(),
  length: z.number().nullish(),
  compoundFieldName: z.string().nullish(),
  relationshipName: z.string().nullish(),
  referenceTo: z.array(z.string()).nullish(),
})
const description = z.looseObject({ fields: z.array(described) })
type Described = z.infer<typeof described>

export interface Column {
  /** As answers have it; a dot leads to a related record. */
  readonly path: string
  /** Salesforce's own word. */
  readonly type: string
  readonly label: string
}

/** What is read of one object. */
export interface ObjectPlan {
  readonly object: PersonObject
  readonly columns: readonly Column[]
  /** Those, and what heysync needs beside them. */
  readonly selected: readonly string[]
  /** Paths of columns of others that this object showed before. */
  readonly lost: ReadonlySet<string>
}

export interface Plan {
  readonly objects: readonly ObjectPlan[]
  /** Columns of all objects: each record has each of them, but those that its object lost. */
  readonly columns: readonly Column[]
}

/** Several values in one, so a query through the bulk API refuses them; their parts are fields of their own. */
const COMPOUND = new Set(['address', 'location'])
/** Whole files. */
const NO_TEXT = new Set(['base64', 'complexvalue', 'json', 'anyType'])
/** Longer text makes pages small, so it is read where it is asked for by name. */
const LONG_TEXT = 255

/** Errors: a ConnectorError `field` for a name that no object has, `not-found` for an object that the user may not see. */
export async function planFields(client: Client, options: SalesforceOptions): Promise<Plan> {
  const describe = describer(client)
  const objects = personObjects(options.objects)
  const found: Column[][] = []
  for (const object of objects) {
    const fields = await describe(object.sobject)
    found.push(
      options.fields === undefined
        ? fields.filter(isPlain).map(asColumn)
        : await named(options.fields, object.sobject, fields, describe),
    )
  }
  for (const name of options.fields ?? [])
    if (!found.flat().some(({ path }) => path.toLowerCase() === name.toLowerCase()))
      throw await unknownField(name, objects, describe)
  const plans = objects.map((object, index): ObjectPlan => {
    const columns = found[index] ?? []
    const selected = unique([...object.columns, ...columns.map(({ path }) => path)])
    return { object, columns, selected, lost: new Set() }
  })
  const all = new Map(found.flat().map((column) => [column.path, column]))
  return { objects: plans, columns: [...all.values()] }
}

type Describe = (sobject: string) => Promise<readonly Described[]>

function describer(client: Client): Describe {
  const known = new Map<string, readonly Described[]>()
  return async (sobject) => {
    const held = known.get(sobject)
    if (held !== undefined) return held
    try {
      const answer = await client.json(`sobjects/${sobject}/describe`)
      const { fields } = readAs(description, answer, `the fields of ${sobject}`)
      known.set(sobject, fields)
      return fields
    } catch (error) {
      if (!codesOf(error).some((code) => code === 'NOT_FOUND' || code === 'INVALID_TYPE')) throw error
      throw new ConnectorError('not-found', {
        message: `The object ${sobject} is not there for the user that heysync reads as.`,
        hint: `Grant Read and View All on ${sobject} in a permission set of that user, or take it out of objects.`,
      })
    }
  }
}

const isPlain = ({ type, length }: Described) =>
  !COMPOUND.has(type) && !NO_TEXT.has(type) && !(type === 'textarea' && (length ?? 0) > LONG_TEXT)

const asColumn = ({ name, type, label }: Described): Column => ({ path: name, type, label: label ?? name })

/** Names without regard to case; those that this object lacks are left to others. */
async function named(
  names: readonly string[],
  sobject: string,
  fields: readonly Described[],
  describe: Describe,
): Promise<Column[]> {
  const columns: Column[] = []
  for (const name of names) {
    const column = await resolve(name.split('.'), sobject, fields, describe)
    if (column !== null) columns.push(column)
  }
  return columns
}

async function resolve(
  [first = '', ...rest]: readonly string[],
  sobject: string,
  fields: readonly Described[],
  describe: Describe,
): Promise<Column | null> {
  const same = (text: string | null | undefined) => text?.toLowerCase() === first.toLowerCase()
  if (rest.length === 0) {
    const field = fields.find(({ name }) => same(name))
    if (field === undefined) return null
    refuseUnreadable(field, sobject, fields)
    return asColumn(field)
  }
  const relation = fields.find(({ relationshipName }) => same(relationshipName))
  // An owner may be a user or a queue: whichever knows the field says what it is.
  for (const target of relation?.referenceTo ?? []) {
    const column = await resolve(rest, target, await describe(target), describe)
    if (column !== null)
      return {
        ...column,
        path: `${relation?.relationshipName}.${column.path}`,
        label: `${relation?.relationshipName}: ${column.label}`,
      }
  }
  return null
}

function refuseUnreadable({ name, type }: Described, sobject: string, fields: readonly Described[]): void {
  if (COMPOUND.has(type)) {
    const parts = fields.filter(({ compoundFieldName }) => compoundFieldName === name)
    throw new ConnectorError('field', {
      message: `${sobject}.${name} in fields is several fields in one (${type}).`,
      hint: `Name its parts: ${parts.map((part) => part.name).join(', ')}.`,
    })
  }
  if (NO_TEXT.has(type))
    throw new ConnectorError('field', {
      message: `${sobject}.${name} in fields holds no text (${type}), and cannot be read.`,
    })
}

async function unknownField(
  name: string,
  objects: readonly PersonObject[],
  describe: Describe,
): Promise<ConnectorError> {
  const [first = name] = name.split('.')
  const names: string[] = []
  for (const { sobject } of objects)
    for (const field of await describe(sobject))
      names.push(name.includes('.') ? (field.relationshipName ?? field.name) : field.name)
  const near = closest(first, names)
  return new ConnectorError('field', {
    message: `There is no field ${name} on ${objects.map(({ sobject }) => sobject).join(' or ')}, or the user that heysync reads as may not see it.`,
    hint: `The nearest name is ${near}. Custom fields end in __c. If the field is there, grant the user Read on it (Setup, Permission Sets, Object Settings).`,
  })
}

const unique = (names: readonly string[]) => [...new Set(names)]
