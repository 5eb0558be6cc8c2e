// Owns what an environment looks like before anything is pulled: columns with their labels, and samples.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { z } from 'zod'
import { explained, openClient } from './client.ts'
import type { DataverseOptions } from './options.ts'
import { row, selected, toRecord } from './record.ts'

const attributes = z.looseObject({
  value: z.array(
    z.looseObject({
      LogicalName: z.string(),
      AttributeType: z.string().nullish(),
      IsSecured: z.boolean().nullish(),
      DisplayName: z
        .looseObject({ UserLocalizedLabel: z.looseObject({ Label: z.string().nullish() }).nullish() })
        .nullish(),
    }),
  ),
})
const rows = z.looseObject({ value: z.array(row) })

const ROWS = 20
const SAMPLES = 3
/** `$count` stops there. */
const MOST_COUNTED = 5_000

type Role = NonNullable<DiscoveredField['role']>
const ROLES: Readonly<Record<string, Role>> = {
  mobilephone: 'phone',
  firstname: 'first',
  lastname: 'last',
  emailaddress1: 'email',
  address1_country: 'country',
}
const OPT_OUT = /(sms|text).*opt.*out|opt.*out.*(sms|text)|donot(sms|text)/

/** Errors: `unauthorized`, `field`, and those of Http. */
export async function discoverDataverse(
  options: DataverseOptions,
  context: ConnectorContext,
): Promise<Discovery> {
  const client = openClient(options, context)
  try {
    const described = await client.get(attributes, "EntityDefinitions(LogicalName='contact')/Attributes", {
      query: { $select: 'LogicalName,AttributeType,IsSecured,DisplayName' },
    })
    const { value } = await client.get(rows, 'contacts', {
      query: { $select: selected(options.fields).join(','), $top: ROWS },
      prefer: ['odata.include-annotations="OData.Community.Display.V1.FormattedValue"'],
    })
    const count = Number(await client.text('contacts/$count'))
    const records = value.map((one) => toRecord(one, options.fields).fields)
    const samplesOf = (name: string) => {
      const texts = records.map((fields) => (fields[name] === null ? '' : String(fields[name])))
      return [...new Set(texts.filter((text) => text !== ''))].slice(0, SAMPLES)
    }
    const aboutOf = (name: string) =>
      described.value.find(({ LogicalName }) => LogicalName === name.replace(/^_(.+)_value$/, '$1'))
    const hidden = options.fields.filter(
      (name) => aboutOf(name)?.IsSecured === true && samplesOf(name).length === 0,
    )
    // Dataverse refuses nobody: without a profile such a column is just empty, also where somebody said STOP.
    if (hidden.length > 0)
      context.log.warn(
        `${hidden.join(', ')} of contacts is secured, and no value was seen. Unless a column security profile lets the application user read it, it looks empty for everybody.`,
      )
    const fields = options.fields.map((name): DiscoveredField => {
      const about = aboutOf(name)
      const label = about?.DisplayName?.UserLocalizedLabel?.Label ?? name
      const role = ROLES[name] ?? (OPT_OUT.test(name) ? 'optedOut' : undefined)
      return {
        name,
        type: typeOf(about?.AttributeType ?? ''),
        ...(label === name ? {} : { label }),
        ...(role === undefined ? {} : { role }),
        samples: samplesOf(name),
      }
    })
    return {
      fields: [...fields, { name: 'formatted', type: 'object', samples: [] }],
      count: Number.isInteger(count) && count < MOST_COUNTED ? count : null,
    }
  } catch (error) {
    throw explained(error)
  }
}

function typeOf(attribute: string): NonNullable<DiscoveredField['type']> {
  if (attribute === 'Boolean') return 'boolean'
  if (['Integer', 'BigInt', 'Decimal', 'Double', 'Money', 'Picklist', 'State', 'Status'].includes(attribute))
    return 'number'
  return attribute === 'DateTime' ? 'date' : 'text'
}
