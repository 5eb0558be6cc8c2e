// Owns the first heysync.yaml: which column is most likely what, and the file as `init` writes it. Pure.

import type { DiscoveredField } from '../connector/contract.ts'

export interface GuessedMapping {
  readonly id: string | null
  readonly updated: string | null
  readonly country: string | null
  /** Contact field to columns, the likeliest first. */
  readonly fields: Readonly<Record<string, readonly string[]>>
}

/** Names that columns have in the wild, most telling first; compared without case, spaces and punctuation. */
const NAMES = {
  id: [
    'id',
    'contactid',
    'patientid',
    'studentid',
    'customerid',
    'memberid',
    'recordid',
    'externalid',
    'uuid',
    'mrn',
  ],
  updated: [
    'updatedat',
    'updated',
    'lastmodified',
    'lastmodifieddate',
    'modifiedat',
    'modified',
    'lastupdated',
  ],
  country: ['country', 'countrycode', 'mailingcountry', 'nation'],
  phone: [
    'mobile',
    'mobilephone',
    'mobilenumber',
    'cell',
    'cellphone',
    'cellnumber',
    'phone',
    'phonenumber',
    'telephone',
    'tel',
    'homephone',
  ],
  first: ['firstname', 'first', 'givenname', 'forename', 'fname'],
  last: ['lastname', 'last', 'surname', 'familyname', 'lname'],
  email: ['email', 'emailaddress', 'mail'],
  optedOut: ['optout', 'optedout', 'smsoptout', 'donotcontact', 'donottext', 'unsubscribed', 'dnc'],
} as const

/** What a connector says that a field is for counts; the names of the others are guessed from. */
export function guessMapping(columns: readonly Pick<DiscoveredField, 'name' | 'role'>[]): GuessedMapping {
  const plain = new Map(
    columns.map(({ name: column }) => [column.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''), column]),
  )
  const all = (names: readonly string[]) =>
    names.map((name) => plain.get(name)).filter((column) => column !== undefined)
  const ofRole = (role: string) => columns.filter((one) => one.role === role).map(({ name }) => name)
  const told = (role: string, names: readonly string[]) => {
    const found = ofRole(role)
    return found.length > 0 ? found : all(names)
  }
  const fields = Object.entries({ ...NAMES, assignee: [], tags: [] })
    .filter(([field]) => !['id', 'updated', 'country'].includes(field))
    .map(([field, names]) => [field, told(field, names)] as const)
    .filter(([, found]) => found.length > 0)
  return {
    id: all(NAMES.id)[0] ?? null,
    updated: all(NAMES.updated)[0] ?? null,
    country: told('country', NAMES.country)[0] ?? null,
    fields: Object.fromEntries(fields),
  }
}

export interface FirstConfig {
  readonly sourceId: string
  readonly csvPath: string
  readonly country: string | null
  readonly baseUrl: string | null
  readonly sandbox: boolean
  readonly mapping: GuessedMapping
}

export function firstConfig({ sourceId, csvPath, country, baseUrl, sandbox, mapping }: FirstConfig): string {
  const auth = sandbox
    ? '{ secretId: sandbox, secretKey: sandbox-secret }'
    : '{ secretId: "${HEYMARKET_SECRET_ID}", secretKey: "${HEYMARKET_SECRET_KEY}" }'
  const updated = mapping.updated === null ? '' : `, updatedColumn: ${word(mapping.updated)}`
  const phone = mapping.fields.phone ?? ['phone']
  const lines = [
    '# heysync: what to keep equal to what. docs/configuration.md explains every key.',
    '',
    'heymarket:',
    ...(baseUrl === null ? [] : [`  baseUrl: ${baseUrl}`]),
    `  auth: ${auth}`,
    '',
    country === null
      ? '# Country of numbers that carry none, e.g. US. Without it such a number is rejected, never guessed.\n#defaultCountry: US'
      : `defaultCountry: ${country}`,
    '',
    ...(sandbox
      ? ['messaging: { inbox: Front desk, sender: ana@example.com }   # of the sandbox', '']
      : ['#messaging: { inbox: Front desk, sender: ana@example.com }   # what `heysync send` uses', '']),
    'sources:',
    `  - id: ${sourceId}`,
    '    connector: csv',
    '    schedule: "*/5 * * * *"     # under `heysync run`: look for changes every five minutes',
    '    fullSchedule: "0 3 * * *"   # and compare everything every night',
    `    options: { path: ${word(csvPath)}, idColumn: ${word(mapping.id ?? 'id')}${updated}, snapshot: true }`,
    ...(mapping.country === null ? [] : [`    country: ${word(mapping.country)}`]),
    '    map:',
    `      phone: ${phone.length === 1 ? word(phone[0] ?? 'phone') : `[${phone.map(word).join(', ')}]`}`,
    ...['first', 'last', 'email', 'optedOut', 'assignee', 'tags']
      .filter((field) => mapping.fields[field] !== undefined)
      .map((field) => `      ${field}: ${word(mapping.fields[field]?.[0] ?? '')}`),
    ...(mapping.fields.tags === undefined ? ['      #tags: \'=record.vip == "1" ? ["VIP"] : []\''] : []),
    '      #custom:',
    '      #  Plan: plan             # name of the custom field in Heymarket: column',
    '    onRemoved: removeFromLists  # keep | tag | removeFromLists | clear | delete',
  ]
  return `${lines.join('\n')}\n`
}

/** A YAML scalar, quoted where it has to be. */
function word(text: string): string {
  return /^[\w./][\w./ -]*$/.test(text) &&
    !/^(true|false|yes|no|null|on|off|[\d.]+)$/i.test(text) &&
    text === text.trim()
    ? text
    : JSON.stringify(text)
}
