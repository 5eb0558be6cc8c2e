// Owns what each kind of person is in Salesforce: its object, the columns that say what became of it, and its fields' uses.
import type { DiscoveredField } from 'heysync/connector'
import type { SalesforceOptions } from './options.ts'

export type Kind = SalesforceOptions['objects'][number]

export interface PersonObject {
  readonly kind: Kind
  /** Its API name. */
  readonly sobject: 'Contact' | 'Lead' | 'Account'
  /** Part of every query, so that nobody comes twice; null where all rows are people. */
  readonly condition: string | null
  /** Read in any case, beside the fields of the options. */
  readonly columns: readonly string[]
}

/** Says that a lead became a person account: the contact is only its twin. */
export const TWIN = 'ConvertedContact.IsPersonAccount'

const COLUMNS = ['Id', 'SystemModstamp', 'IsDeleted', 'MasterRecordId']

/** In the order of the options. */
export function personObjects(kinds: readonly Kind[]): readonly PersonObject[] {
  return kinds.map((kind): PersonObject => {
    if (kind === 'PersonAccount')
      return {
        kind,
        sobject: 'Account',
        condition: 'IsPersonAccount = true',
        columns: COLUMNS,
      }
    if (kind === 'Lead')
      return {
        kind,
        sobject: 'Lead',
        condition: null,
        columns: [
          ...COLUMNS,
          ...['IsConverted', 'ConvertedContactId'],
          ...(kinds.includes('PersonAccount') ? ['ConvertedAccountId', TWIN] : []),
        ],
      }
    // Each person account has a contact as its twin. Only organisations with person accounts know the column.
    const condition = kinds.includes('PersonAccount') ? 'IsPersonAccount = false' : null
    return { kind, sobject: 'Contact', condition, columns: COLUMNS }
  })
}

type Role = NonNullable<DiscoveredField['role']>

const ROLES: Readonly<Record<string, Role>> = {
  MobilePhone: 'phone',
  PersonMobilePhone: 'phone',
  FirstName: 'first',
  LastName: 'last',
  Email: 'email',
  PersonEmail: 'email',
  MailingCountryCode: 'country',
  CountryCode: 'country',
  PersonMailingCountryCode: 'country',
  'Owner.Email': 'assignee',
}

/** `DoNotCall` and its like say nothing about texts; a box that somebody made for texts does. */
const SMS_OPT_OUT = /(sms|text|mobile).*opt.*out|opt.*out.*(sms|text|mobile)|do_?not_?text/i

export function roleOf(field: string): Role | undefined {
  return ROLES[field] ?? (SMS_OPT_OUT.test(field) ? 'optedOut' : undefined)
}
