// Owns the options of the dataverse connector: every key, its default and the sentence that explains it.
import { z } from 'zod'

const column = z
  .string()
  .trim()
  .regex(
    /^[a-z_][a-z0-9_]*$/,
    'the logical name of a column, e.g. mobilephone, new_smsoptout or _ownerid_value',
  )

export const dataverseOptions = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Address of the environment, e.g. https://contoso.crm.dynamics.com.'),
  auth: z
    .strictObject({
      tenantId: z.string().min(1).describe('Directory (tenant) ID of the app registration.'),
      clientId: z.string().min(1).describe('Application (client) ID of the app registration.'),
      clientSecret: z.string().min(1).describe('Value of a client secret of the app registration.'),
    })
    .describe('The app registration whose application user heysync reads as.'),
  authority: z
    .url({ protocol: /^https?$/ })
    .default('https://login.microsoftonline.com')
    .describe('Where heysync signs in; other clouds have another, e.g. https://login.microsoftonline.us.'),
  fields: z
    .array(column)
    .min(1)
    .default([
      'firstname',
      'lastname',
      'mobilephone',
      'telephone1',
      'telephone2',
      'emailaddress1',
      'address1_country',
      'donotphone',
      'preferredcontactmethodcode',
    ])
    .describe(
      'Columns of the contact table to read, by logical name; a lookup is _name_value, e.g. _ownerid_value.',
    ),
  trackingDays: z
    .int()
    .min(1)
    .default(7)
    .describe(
      'How many days the environment remembers changes (ExpireChangeTrackingInDays). After a longer pause everything is read.',
    ),
  pageSize: z.int().min(1).max(5_000).default(5_000).describe('Rows to ask for at a time.'),
})

export type DataverseOptions = z.output<typeof dataverseOptions>
