// Owns what the company looks like before anything is pulled: fields with samples.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { openPipedrive } from './client.ts'
import { readFields } from './fields.ts'
import type { PipedriveOptions } from './options.ts'
import { OWN_FIELDS, toRecord } from './person.ts'
import { listPersons } from './persons.ts'

const PERSONS = 20
const SAMPLES = 3
const SAMPLE_CHARS = 100

const ROLES: Readonly<Record<string, NonNullable<DiscoveredField['role']>>> = {
  phone: 'phone',
  first_name: 'first',
  last_name: 'last',
  email: 'email',
  labels: 'tags',
}

const TYPES: Readonly<Record<string, NonNullable<DiscoveredField['type']>>> = {
  varchar: 'text',
  varchar_auto: 'text',
  text: 'text',
  phone: 'text',
  enum: 'text',
  double: 'number',
  boolean: 'boolean',
  date: 'date',
  set: 'list',
  monetary: 'object',
  address: 'object',
}

export async function discoverPersons(
  options: PipedriveOptions,
  context: ConnectorContext,
): Promise<Discovery> {
  const pipedrive = openPipedrive(options, context)
  const fields = await readFields(pipedrive, OWN_FIELDS, context)
  const { persons } = await listPersons(pipedrive, { cursor: null, limit: PERSONS })
  const records = persons.map((person) => toRecord(person, fields, () => undefined).fields)
  const typeOf = new Map(fields.custom.map(({ name, type }) => [name, TYPES[type]]))
  const names = [...OWN_FIELDS, ...fields.custom.map(({ name }) => name)]
  return {
    count: null,
    fields: names.map((name) => {
      const role = ROLES[name]
      const type = typeOf.get(name)
      return {
        name,
        ...(type === undefined ? {} : { type }),
        ...(role === undefined ? {} : { role }),
        samples: samplesOf(records.map((record) => record[name])),
      }
    }),
  }
}

function samplesOf(values: readonly unknown[]): string[] {
  const texts = values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
  const told = texts.filter((text) => !['null', 'undefined', '', '[]'].includes(text))
  return [...new Set(told.map((text) => text.slice(0, SAMPLE_CHARS)))].slice(0, SAMPLES)
}
