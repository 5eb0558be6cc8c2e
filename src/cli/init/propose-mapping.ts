// Owns the proposal which field of a source is what: by the connector's word, then by name, label and type, and by what the
// samples look like. Pure.
import type { DiscoveredField } from '../../connector/contract.ts'
import type { Mapping, PlainField } from './draft.ts'

type Seen = Pick<DiscoveredField, 'name'> & Partial<DiscoveredField>
type Wanted = NonNullable<DiscoveredField['role']> | 'displayName'

/** Names that fields have in the wild, most telling first; compared without case, spaces and punctuation. */
const NAMES: Readonly<Record<Wanted, readonly string[]>> = {
  phone: [
    'mobile',
    'mobilephone',
    'mobilenumber',
    'mobilephonenumber',
    'cell',
    'cellphone',
    'cellnumber',
    'phone',
    'phonenumber',
    'telephone',
    'tel',
    'homephone',
    'workphone',
  ],
  first: ['firstname', 'first', 'givenname', 'forename', 'fname'],
  last: ['lastname', 'last', 'surname', 'familyname', 'lname'],
  displayName: ['fullname', 'displayname', 'name', 'customername', 'patientname', 'contactname'],
  email: ['email', 'emailaddress', 'mail', 'email1', 'primaryemail', 'workemail'],
  optedOut: [
    'smsoptout',
    'smsoptedout',
    'textoptout',
    'donottext',
    'donotsms',
    'optout',
    'optedout',
    'donotcontact',
    'unsubscribed',
    'dnc',
  ],
  country: ['country', 'countrycode', 'mailingcountry', 'nation'],
  assignee: ['assignee', 'owneremail', 'assignedto', 'salesrep'],
  tags: ['tags', 'labels'],
}

/** Longer names that say the same, for fields that no name above fits. */
const LIKE: Partial<Record<Wanted, RegExp>> = {
  phone: /(mobile|cell|phone)(no|nr|number|\d)?$/,
  first: /(first|given)name$/,
  last: /(last|family)name$|surname$/,
  email: /e?mail(address)?\d?$/,
  optedOut: /(sms|text|phone).*(optout|optedout|unsubscribed)$/,
}
const NOT_A_NUMBER = /fax|type|verified|optout|status|country|ext(ension)?$/

const ID_NAMES =
  'id contactid patientid studentid customerid memberid clientid personid userid recordid externalid uuid mrn'
const UPDATED_NAMES =
  'updatedat updated lastmodified lastmodifieddate lastmodifiedat modifiedat modified lastupdated lastupdatedat updatedon modifiedon'

/** What a connector says that a field is for counts before what its name suggests. */
export function proposeMapping(
  fields: readonly Seen[],
  account: { readonly customFields: readonly string[]; readonly defaultCountry: string | null },
): Mapping {
  const first = best(fields, 'first')
  const last = best(fields, 'last')
  const phone = phones(fields)
  const found: Partial<Record<PlainField, readonly string[]>> = {
    phone,
    first,
    last,
    // Where the name is in one field, it can be shown, and not be taken apart.
    displayName: first.length + last.length === 0 ? best(fields, 'displayName') : [],
    email: orBySamples(best(fields, 'email'), fields, /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i),
    optedOut: best(fields, 'optedOut'),
    assignee: best(fields, 'assignee'),
    tags: best(fields, 'tags'),
  }
  const taken = new Set(Object.values(found).flat())
  return {
    defaultCountry: account.defaultCountry,
    country: best(fields, 'country')[0] ?? null,
    fields: Object.fromEntries(Object.entries(found).filter(([, names]) => names.length > 0)),
    custom: sameNames(
      account.customFields,
      fields.filter(({ name }) => !taken.has(name)),
    ),
  }
}

/** The field that most likely is the record's own id. */
export function proposeId(fields: readonly Seen[]): string | null {
  const named = firstNamed(fields, ID_NAMES.split(' '))
  return (
    named ??
    fields.find(({ name }) => /(^|[\s_-])(id|uuid)$/i.test(name) || /[a-z]I[dD]$/.test(name))?.name ??
    null
  )
}

/** The field that most likely holds the time of the last change. */
export function proposeUpdated(fields: readonly Seen[]): string | null {
  return firstNamed(fields, UPDATED_NAMES.split(' '))
}

/** All that may hold a number: the connector's first, then by name. */
function phones(fields: readonly Seen[]): readonly string[] {
  const fit = fields.filter((one) => one.role === 'phone' || mayBe('phone', one))
  const told = fit.filter(({ role }) => role === 'phone').map(({ name }) => name)
  const named = [...byName(fit, NAMES.phone)]
  const sure = [...new Set([...told, ...named])]
  if (sure.length > 0) return sure
  const like = fit.find(
    (one) => LIKE.phone?.test(plain(one.name)) || LIKE.phone?.test(plain(one.label ?? '')),
  )
  return orBySamples(like === undefined ? [] : [like.name], fit, /^\+?[\d\s().-]{7,20}$/, /(\d\D*){7}/)
}

function best(fields: readonly Seen[], wanted: Wanted): readonly string[] {
  const told = fields.find(({ role }) => role === wanted)
  if (told !== undefined) return [told.name]
  const fit = fields.filter((one) => one.role === undefined && mayBe(wanted, one))
  const named = byName(fit, NAMES[wanted])[0]
  if (named !== undefined) return [named]
  const pattern = LIKE[wanted]
  const like = fit.find((one) => pattern?.test(plain(one.name)) || pattern?.test(plain(one.label ?? '')))
  return like === undefined ? [] : [like.name]
}

/** False where what the field holds cannot be what is wanted, whatever it is called. */
function mayBe(wanted: Wanted, { name, type }: Seen): boolean {
  if (type === 'object' || (type === 'list' && wanted !== 'tags')) return false
  if (wanted === 'phone') return type !== 'boolean' && type !== 'date' && !NOT_A_NUMBER.test(plain(name))
  if (wanted === 'optedOut') return true
  return type === undefined || type === 'text' || type === 'list'
}

function byName(fields: readonly Seen[], names: readonly string[]): string[] {
  const found = names.flatMap((wanted) =>
    fields
      .filter(({ name, label }) => plain(name) === wanted || plain(label ?? '') === wanted)
      .map(({ name }) => name),
  )
  return [...new Set(found)]
}

function firstNamed(fields: readonly Seen[], names: readonly string[]): string | null {
  return byName(fields, names)[0] ?? null
}

/** Fields all of whose samples look so, where nothing else is known. */
function orBySamples(
  known: readonly string[],
  fields: readonly Seen[],
  ...looks: readonly RegExp[]
): readonly string[] {
  if (known.length > 0) return known
  const like = fields.find(
    ({ name, type, samples = [] }) =>
      samples.length > 0 &&
      type !== 'date' &&
      !/id$/i.test(name) &&
      samples.every((one) => looks.every((look) => look.test(one)) && !/^\d{4}-\d\d-\d\d/.test(one)),
  )
  return like === undefined ? [] : [like.name]
}

/** Custom fields of the account that a field of the source has the name or the label of. */
function sameNames(customFields: readonly string[], fields: readonly Seen[]): Record<string, string> {
  const pairs = customFields.flatMap((name) => {
    const same = fields.find((one) => [one.name, one.label ?? ''].some((text) => plain(text) === plain(name)))
    return same === undefined ? [] : [[name, same.name] as const]
  })
  return Object.fromEntries(pairs)
}

/** `First name`, `first_name` and `firstName` are one. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}
