// Owns which properties of a contact are read, and what is known of each.
import { ConnectorError } from 'heysync/connector'
import { z } from 'zod'
import type { Hubspot } from './client.ts'
import type { HubspotOptions } from './options.ts'

/** Read without being asked for: names, numbers, and what mappings and filters mostly use. */
const USUAL = [
  'mobilephone',
  'phone',
  'hs_calculated_mobile_number',
  'hs_calculated_phone_number',
  'hs_calculated_phone_number_country_code',
  'hs_whatsapp_phone_number',
  'firstname',
  'lastname',
  'email',
  'company',
  'jobtitle',
  'city',
  'state',
  'zip',
  'country',
  'lifecyclestage',
  'hs_lead_status',
  'hubspot_owner_id',
  'hs_email_optout',
  'createdate',
]

const propertySchema = z.looseObject({
  name: z.string(),
  label: z.string().nullish(),
  type: z.string().nullish(),
  archived: z.boolean().nullish(),
  hidden: z.boolean().nullish(),
})
export type Property = z.output<typeof propertySchema>

const answerSchema = z.looseObject({ results: z.array(propertySchema) })

/** Every property of contacts that the account has. */
export async function allProperties(hubspot: Hubspot): Promise<readonly Property[]> {
  const { results } = await hubspot.ask(answerSchema, { url: hubspot.crm('properties/contacts') })
  return results.filter(({ archived }) => archived !== true)
}

/**
 * Names to read. Of the usual ones those that the account has. Errors: a ConnectorError `field` for an option that it has
 * not: HubSpot itself would leave it out without a word, and the field would be empty for everybody.
 */
export function propertiesToRead(known: readonly Property[], options: HubspotOptions): readonly string[] {
  const names = new Set(known.map(({ name }) => name))
  const missing = options.properties.filter((name) => !names.has(name))
  if (missing.length > 0) {
    const [first = ''] = missing
    const near = known.find(({ name, label }) => alike(label, first) || alike(name, first))
    throw new ConnectorError('field', {
      message: `HubSpot has no contact property ${missing.map((name) => `"${name}"`).join(', ')}, which \`properties\` names.`,
      hint: `${near === undefined ? '' : `Did you mean "${near.name}" (${near.label ?? near.name})? `}Use internal names: Settings, Properties, the </> beside a property.`,
    })
  }
  return [...new Set([...USUAL.filter((name) => names.has(name)), ...options.properties])]
}

function alike(one: string | null | undefined, other: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return one != null && plain(one) === plain(other)
}
