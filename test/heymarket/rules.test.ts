// Every documented rule that a request can break: the words that a user sees, and that nothing was sent.
import { describe, expect, test } from 'vitest'
import type { HeymarketClient } from '../../src/heymarket/client.ts'
import { HeysyncError } from '../../src/lib/errors.ts'
import { bareE164 } from '../../src/lib/phone.ts'
import { withSandbox } from '../support/heymarket.ts'

type Ask = (client: HeymarketClient) => Promise<unknown>
/** What is wrong, the call, and the message and hint word for word. */
type Case = readonly [what: string, ask: Ask, message: string, hint: string]

const ANA = phone('15105553344')
const UUID = '3f1c9a52-7d7e-4b43-9f0e-1c2d3e4f5a6b'
const GROUP = ['15105553344', '15105553355']
/** The clock stands at 2030-01-15T12:00:00Z. */
const LATER = { inbox_id: 71, execute_at: '2030-01-15T13:00:00Z', content: { text: 'Hi' }, phone_number: ANA }
const FROM = { inbox_id: 71, creator_id: 501 }
const EMAIL = { creator_id: 501, text: '<p>Hi</p>' }
const LIST = { title: 'Regulars', local_id: 'regulars' }
const CHANNELS = { contact_channels: [{ channel_type: 'phone', channel_id: '15105553344' }] }
const WHOLE = {
  phone: ANA,
  first: 'Ana',
  last: 'Sol',
  display_name: 'Ana Sol',
  email: 'ana@example.com',
  custom: {},
  assignee_id: -1,
  tags: [],
}

const CONTACTS: readonly Case[] = [
  [
    'create: a phone with a plus',
    (client) => client.contacts.create({ phone: '+15105553344' as never }),
    'contacts/create: phone "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'create: a phone with spaces and brackets',
    (client) => client.contacts.create({ phone: '1 (510) 555-3344' as never }),
    'contacts/create: phone "1 ••••••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'create: a phone that is too short',
    (client) => client.contacts.create({ phone: '555334' as never }),
    'contacts/create: phone "555334" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'create: a phone that begins with 0',
    (client) => client.contacts.create({ phone: '05105553344' as never }),
    'contacts/create: phone "05•••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'create: a phone that is null',
    (client) => client.contacts.create({ phone: null as never }),
    'contacts/create: phone null must be digits in quotes. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: no phone',
    (client) => client.contacts.create({ first: 'Ana' } as never),
    'contacts/create: phone is required, as digits in quotes. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: six tags',
    (client) =>
      client.contacts.create({ phone: ANA, tags: [1, 2, 3, 4, 5, 6].map((tag_id) => ({ tag_id })) }),
    'contacts/create: tags are more than the 5 tags that a contact can have. Nothing was sent.',
    'Send at most 5.',
  ],
  [
    'create: tags as bare ids',
    (client) => client.contacts.create({ phone: ANA, tags: [11] as never }),
    'contacts/create: tags.0 11 must be an object like {"tag_id": 11}. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: tags that are no list',
    (client) => client.contacts.create({ phone: ANA, tags: 'VIP' as never }),
    'contacts/create: tags "VIP" must be a list like [{"tag_id": 11}]. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: a custom value under the name of its field',
    (client) => client.contacts.create({ phone: ANA, custom: { Plan: 'Gold' } }),
    'contacts/create: custom.Plan "Gold" must be under the id of the custom field, not its name. Nothing was sent.',
    'List the ids: heysync fields',
  ],
  [
    'create: a custom value that is a number',
    (client) => client.contacts.create({ phone: ANA, custom: { 901: 7 as never } }),
    'contacts/create: custom.901 7 must be a string, whatever the type of the field. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: a custom value that is null',
    (client) => client.contacts.create({ phone: ANA, custom: { 901: null as never } }),
    'contacts/create: custom.901 null must be a string, whatever the type of the field. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: custom values without ids',
    (client) => client.contacts.create({ phone: ANA, custom: 'Gold' as never }),
    'contacts/create: custom "Gold" must be an object: the id of each field with its value, as {"901": "Gold"}. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: an assignee by name',
    (client) => client.contacts.create({ phone: ANA, assignee_id: 'Ben' as never }),
    'contacts/create: assignee_id "Ben" must be a whole number. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: assignee 0',
    (client) => client.contacts.create({ phone: ANA, assignee_id: 0 }),
    'contacts/create: assignee_id 0 must be the id of a member, or -1. Nothing was sent.',
    '-1 means nobody. List the members: heysync team',
  ],
  [
    'create: a name that is null',
    (client) => client.contacts.create({ phone: ANA, first: null as never }),
    'contacts/create: first null must be text. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: an opt-out in words',
    (client) => client.contacts.create({ phone: ANA, is_opted_out: 'yes' as never }),
    'contacts/create: is_opted_out "yes" must be true or false. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: e-mail suppressions that are no list',
    (client) => client.contacts.create({ phone: ANA, email_suppressions: 7 } as never),
    'contacts/create: email_suppressions 7 must be a list. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: a key that no documentation names',
    (client) => client.contacts.create({ phone: ANA, nickname: 'Annie', local_id: 'crm-7' } as never),
    'contacts/create: body has keys that are not documented: nickname, local_id. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: a list in place of a contact',
    (client) => client.contacts.create([{ phone: ANA }] as never),
    'contacts/create: body must be an object. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'update: a phone with a plus',
    (client) => client.contacts.update(1, { ...WHOLE, phone: '+15105553344' as never }, false),
    'contacts/update: phone "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'update: no phone',
    (client) => client.contacts.update(1, { ...WHOLE, phone: undefined as never }, false),
    'contacts/update: phone is required, as digits in quotes. Nothing was sent.',
    'See "contacts/update" in docs/heymarket.md.',
  ],
  [
    'update: six tags',
    (client) =>
      client.contacts.update(1, { ...WHOLE, tags: [1, 2, 3, 4, 5, 6].map((tag_id) => ({ tag_id })) }, true),
    'contacts/update: tags are more than the 5 tags that a contact can have. Nothing was sent.',
    'Send at most 5.',
  ],
  [
    'update: a custom value under the name of its field',
    (client) => client.contacts.update(1, { ...WHOLE, custom: { Plan: 'Gold' } }, true),
    'contacts/update: custom.Plan "Gold" must be under the id of the custom field, not its name. Nothing was sent.',
    'List the ids: heysync fields',
  ],
  [
    'update: an assignee below -1',
    (client) => client.contacts.update(1, { ...WHOLE, assignee_id: -2 }, false),
    'contacts/update: assignee_id -2 must be the id of a member, or -1. Nothing was sent.',
    '-1 means nobody. List the members: heysync team',
  ],
  [
    'update: an overwrite in words',
    (client) => client.contacts.update(1, WHOLE, 'yes' as never),
    'contacts/update: overwrite "yes" must be true or false. Nothing was sent.',
    'See "contacts/update" in docs/heymarket.md.',
  ],
  [
    'update: the field of reads in place of the one of writes',
    (client) => client.contacts.update(1, { ...WHOLE, assigned_user_id: 501 } as never, false),
    'contacts/update: body has a key that is not documented: assigned_user_id. Nothing was sent.',
    'See "contacts/update" in docs/heymarket.md.',
  ],
  [
    'update: id 0',
    (client) => client.contacts.update(0, WHOLE, false),
    'contacts/update: id 0 must be 1 or more. Nothing was sent.',
    'See "contacts/update" in docs/heymarket.md.',
  ],
  [
    'get: a uuid in place of the id',
    (client) => client.contacts.get(UUID as never),
    'contacts/get: id "3f1c9a52-7d7e-4b43-9f0e-1c2d3e4f5a6b" must be a whole number. Nothing was sent.',
    'See "contacts/get" in docs/heymarket.md.',
  ],
  [
    'remove: an id that is no whole number',
    (client) => client.contacts.remove(1.5),
    'contacts/delete: id 1.5 must be a whole number. Nothing was sent.',
    'See "contacts/delete" in docs/heymarket.md.',
  ],
  [
    'lookUp: a phone with a plus',
    (client) => client.contacts.lookUp('+15105553344' as never),
    'contacts/get-by-phone-or-id: phone "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'lookUp: neither phone nor id',
    (client) => client.contacts.lookUp(undefined as never),
    'contacts/get-by-phone-or-id: body names no phone and no id. Nothing was sent.',
    'Give one of phone, id.',
  ],
  [
    'page: a date without its seconds',
    (client) => client.contacts.page({ date: '2026-11-20T09:30Z' }),
    'contacts/list: date "2026-11-20T09:30Z" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'page: a date without its zone',
    (client) => client.contacts.page({ date: '2026-11-20T09:30:00' }),
    'contacts/list: date "2026-11-20T09:30:00" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'page: a date that is no day',
    (client) => client.contacts.page({ date: '2026-13-40T09:30:00Z' }),
    'contacts/list: date "2026-13-40T09:30:00Z" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'page: a date in seconds',
    (client) => client.contacts.page({ date: 1_763_631_000 as never }),
    'contacts/list: date 1763631000 must be an RFC 3339 time in quotes. Nothing was sent.',
    'See "contacts/list" in docs/heymarket.md.',
  ],
  [
    'page: limit 0',
    (client) => client.contacts.page({ limit: 0 }),
    'contacts/list: limit 0 must be 1 or more. Nothing was sent.',
    'See "contacts/list" in docs/heymarket.md.',
  ],
  [
    'page: page -1',
    (client) => client.contacts.page({ page: -1 }),
    'contacts/list: page -1 must be 0 or more. Nothing was sent.',
    'See "contacts/list" in docs/heymarket.md.',
  ],
  [
    'page: a key that no documentation names',
    (client) => client.contacts.page({ updated_since: '2026-11-20T09:30:00Z' } as never),
    'contacts/list: body has a key that is not documented: updated_since. Nothing was sent.',
    'See "contacts/list" in docs/heymarket.md.',
  ],
  [
    'batch: one contact in place of a list',
    (client) => client.contacts.batch({ phone: ANA } as never, false),
    'contacts/bulk: body must be a bare list of contacts. Nothing was sent.',
    'See "contacts/bulk" in docs/heymarket.md.',
  ],
  [
    'batch: contacts in an envelope',
    (client) => client.contacts.batch({ contacts: [{ phone: ANA }] } as never, false),
    'contacts/bulk: body must be a bare list of contacts. Nothing was sent.',
    'See "contacts/bulk" in docs/heymarket.md.',
  ],
  [
    'batch: no contacts',
    (client) => client.contacts.batch([], false),
    'contacts/bulk: body must not be empty. Nothing was sent.',
    'See "contacts/bulk" in docs/heymarket.md.',
  ],
  [
    'batch: a phone with a plus in the second contact',
    (client) => client.contacts.batch([{ phone: ANA }, { phone: '+15105553355' as never }], false),
    'contacts/bulk: 1.phone "+1••••••••55" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'batch: a custom value that is a number',
    (client) => client.contacts.batch([{ phone: ANA, custom: { 901: 7 as never } }], true),
    'contacts/bulk: 0.custom.901 7 must be a string, whatever the type of the field. Nothing was sent.',
    'See "contacts/bulk" in docs/heymarket.md.',
  ],
]

const CONTACTS_V2: readonly Case[] = [
  [
    'create: no channels',
    (client) => client.contactsV2.create({ first: 'Ana' } as never),
    'contacts/create: contact_channels is required: a list of channels. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: an empty list of channels',
    (client) => client.contactsV2.create({ contact_channels: [] }),
    'contacts/create: contact_channels must name one channel or more. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: a channel without its type',
    (client) => client.contactsV2.create({ contact_channels: [{ channel_id: ANA }] as never }),
    'contacts/create: contact_channels.0.channel_type is required, as text: phone, email or another channel. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: a channel that is text',
    (client) => client.contactsV2.create({ contact_channels: [ANA] as never }),
    'contacts/create: contact_channels.0 "15•••••••44" must be an object like {"channel_type": "phone", "channel_id": "15105553344"}. Nothing was sent.',
    'See "contacts/create" in docs/heymarket.md.',
  ],
  [
    'create: six tags',
    (client) =>
      client.contactsV2.create({ ...CHANNELS, tags: [1, 2, 3, 4, 5, 6].map((tag_id) => ({ tag_id })) }),
    'contacts/create: tags are more than the 5 tags that a contact can have. Nothing was sent.',
    'Send at most 5.',
  ],
  [
    'create: a custom value under the name of its field',
    (client) => client.contactsV2.create({ ...CHANNELS, custom: { Plan: 'Gold' } }),
    'contacts/create: custom.Plan "Gold" must be under the id of the custom field, not its name. Nothing was sent.',
    'List the ids: heysync fields',
  ],
  [
    'get: the number of v1',
    (client) => client.contactsV2.get('100001'),
    'contacts/get: uuid "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
  [
    'get: a number in place of text',
    (client) => client.contactsV2.get(100_001 as never),
    'contacts/get: uuid 100001 must be the uuid of a contact, in quotes. Nothing was sent.',
    'See "contacts/get" in docs/heymarket.md.',
  ],
  [
    'update: the number of v1',
    (client) => client.contactsV2.update('100001', { first: 'Ana' }),
    'contacts/update-v2: uuid "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
  [
    'update: a phone with a plus',
    (client) => client.contactsV2.update(UUID, { phone: '+15105553344' }),
    'contacts/update-v2: phone "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'update: channels',
    (client) => client.contactsV2.update(UUID, { ...CHANNELS } as never),
    'contacts/update-v2: body has a key that is not documented: contact_channels. Nothing was sent.',
    'See "contacts/update-v2" in docs/heymarket.md.',
  ],
  [
    'remove: the number of v1',
    (client) => client.contactsV2.remove('100001'),
    'contacts/delete-v2: uuid "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
  [
    'bulk: no contacts',
    (client) => client.contactsV2.bulk([]),
    'contacts/bulk-v2: contacts must not be empty. Nothing was sent.',
    'See "contacts/bulk-v2" in docs/heymarket.md.',
  ],
  [
    'bulk: one contact in place of a list',
    (client) => client.contactsV2.bulk({ ...CHANNELS } as never),
    'contacts/bulk-v2: contacts must be a list. Nothing was sent.',
    'See "contacts/bulk-v2" in docs/heymarket.md.',
  ],
  [
    'bulk: neither contact_id nor channels',
    (client) => client.contactsV2.bulk([CHANNELS, { phone: ANA, first: 'Ana' }]),
    'contacts/bulk-v2: contacts.1 has neither a contact_id (update) nor contact_channels (create). Nothing was sent.',
    'Give the uuid of an existing contact, or the channels of a new one.',
  ],
  [
    'bulk: the number of v1 as contact_id',
    (client) => client.contactsV2.bulk([{ contact_id: '100001', first: 'Ana' }]),
    'contacts/bulk-v2: contacts.0.contact_id "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
  [
    'bulkRemove: the number of v1',
    (client) => client.contactsV2.bulkRemove([UUID, '100001']),
    'contacts/bulk-delete-v2: contact_channels.0.channel_ids.1 "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
  [
    'bulkRemove: nobody',
    (client) => client.contactsV2.bulkRemove([]),
    'contacts/bulk-delete-v2: contact_channels.0.channel_ids must not be empty. Nothing was sent.',
    'See "contacts/bulk-delete-v2" in docs/heymarket.md.',
  ],
  [
    'search: no channels',
    (client) => client.contactsV2.search([]),
    'contacts/search: contact_channels must name one channel or more. Nothing was sent.',
    'See "contacts/search" in docs/heymarket.md.',
  ],
  [
    'search: a channel without ids',
    (client) => client.contactsV2.search([{ channel_type: 'phone', channel_ids: [] }]),
    'contacts/search: contact_channels.0.channel_ids must not be empty. Nothing was sent.',
    'See "contacts/search" in docs/heymarket.md.',
  ],
  [
    'search: a blank id',
    (client) => client.contactsV2.search([{ channel_ids: [''] }]),
    'contacts/search: contact_channels.0.channel_ids.0 "" must not be blank. Nothing was sent.',
    'See "contacts/search" in docs/heymarket.md.',
  ],
  [
    'page: a date without its seconds',
    (client) => client.contactsV2.page({ date: '2026-11-20T09:30Z' }),
    'contacts/list-v2: date "2026-11-20T09:30Z" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'addChannel: the number of v1',
    (client) => client.contactsV2.addChannel('100001', 'email', 'ana@example.com'),
    'contacts/channels: uuid "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
  [
    'addChannel: a blank type',
    (client) => client.contactsV2.addChannel(UUID, '', 'ana@example.com'),
    'contacts/channels: channel_type "" must not be blank. Nothing was sent.',
    'See "contacts/channels" in docs/heymarket.md.',
  ],
  [
    'setChannel: a blank value',
    (client) => client.contactsV2.setChannel(UUID, 'email', ''),
    'contacts/channels: channel_id "" must not be blank. Nothing was sent.',
    'See "contacts/channels" in docs/heymarket.md.',
  ],
  [
    'channel: a blank type',
    (client) => client.contactsV2.channel(UUID, ''),
    'contacts/channels-get: channelType "" must not be blank. Nothing was sent.',
    'See "contacts/channels-get" in docs/heymarket.md.',
  ],
  [
    'removeChannel: the number of v1',
    (client) => client.contactsV2.removeChannel('100001', 'email'),
    'contacts/channels: uuid "100001" must be the uuid of a contact. Nothing was sent.',
    'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
  ],
]

const STATUS: readonly Case[] = [
  [
    'set: a word that is none of the five',
    (client) => client.status.set({ id: 1 }, 'opted_out' as never),
    'contacts/set-status: status "opted_out" must be one of active, blocked, unblocked, subscribed, unsubscribed. Nothing was sent.',
    'See "contacts/set-status" in docs/heymarket.md.',
  ],
  [
    'set: no word',
    (client) => client.status.set({ id: 1 }, undefined as never),
    'contacts/set-status: status must be one of active, blocked, unblocked, subscribed, unsubscribed. Nothing was sent.',
    'See "contacts/set-status" in docs/heymarket.md.',
  ],
  [
    'set: both id and phone',
    (client) => client.status.set({ id: 1, phone: ANA }, 'blocked'),
    'contacts/set-status: body names more than one contact: id, phone. Nothing was sent.',
    'Give exactly one of id, phone.',
  ],
  [
    'set: neither id nor phone',
    (client) => client.status.set({} as never, 'blocked'),
    'contacts/set-status: body names no contact. Nothing was sent.',
    'Give exactly one of id, phone.',
  ],
  [
    'set: a phone with a plus',
    (client) => client.status.set({ phone: '+15105553344' }, 'unsubscribed'),
    'contacts/set-status: phone "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'get: both id and phone',
    (client) => client.status.get({ id: 1, phone: ANA }),
    'contacts/status: body names more than one contact: id, phone. Nothing was sent.',
    'Give exactly one of id, phone.',
  ],
  [
    'get: neither id nor phone',
    (client) => client.status.get({} as never),
    'contacts/status: body names no contact. Nothing was sent.',
    'Give exactly one of id, phone.',
  ],
  [
    'get: a phone that is too short',
    (client) => client.status.get({ phone: '555334' }),
    'contacts/status: phone "555334" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'get: an id as text',
    (client) => client.status.get({ id: '1' as never }),
    'contacts/status: id "1" must be a whole number. Nothing was sent.',
    'See "contacts/status" in docs/heymarket.md.',
  ],
]

const CUSTOM_FIELDS_TAGS: readonly Case[] = [
  [
    'a field without a title',
    (client) => client.contactFields.create(undefined as never),
    'contacts/create-contact-fields: 0.title is required, as text. Nothing was sent.',
    'See "contacts/create-contact-fields" in docs/heymarket.md.',
  ],
  [
    'a field with a blank title',
    (client) => client.contactFields.create(''),
    'contacts/create-contact-fields: 0.title "" must not be blank. Nothing was sent.',
    'See "contacts/create-contact-fields" in docs/heymarket.md.',
  ],
  [
    'a tag without a name',
    (client) => client.tags.create(undefined as never),
    'tags: tag is required, as text. Nothing was sent.',
    'See "tags" in docs/heymarket.md.',
  ],
  [
    'a tag with a blank name',
    (client) => client.tags.create(''),
    'tags: tag "" must not be blank. Nothing was sent.',
    'See "tags" in docs/heymarket.md.',
  ],
  [
    'a tag in a colour by name',
    (client) => client.tags.create('Gold', 'gold'),
    'tags: color "gold" must be a colour like #3366ff. Nothing was sent.',
    'See "tags" in docs/heymarket.md.',
  ],
  [
    'a tag by name',
    (client) => client.tags.get('VIP' as never),
    'tags: id "VIP" must be a whole number. Nothing was sent.',
    'See "tags" in docs/heymarket.md.',
  ],
  [
    'removing tag 0',
    (client) => client.tags.remove(0),
    'tags: id 0 must be 1 or more. Nothing was sent.',
    'See "tags" in docs/heymarket.md.',
  ],
]

const LISTS: readonly Case[] = [
  [
    'create: no title',
    (client) => client.lists.create({ local_id: 'regulars' } as never),
    'lists/create: title is required, as text. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: a blank title',
    (client) => client.lists.create({ title: '', local_id: 'regulars' }),
    'lists/create: title "" must not be blank. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: no local_id',
    (client) => client.lists.create({ title: 'Regulars' } as never),
    'lists/create: local_id is required, as text. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: a blank local_id',
    (client) => client.lists.create({ title: 'Regulars', local_id: '' }),
    'lists/create: local_id "" must not be blank. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: a local_id of 256 characters',
    (client) => client.lists.create({ title: 'Regulars', local_id: 'x'.repeat(256) }),
    'lists/create: local_id "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… is longer than 255 characters. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: a type other than contacts',
    (client) => client.lists.create({ ...LIST, type: 'phones' as never }),
    'lists/create: type "phones" must be "contacts", or left out for a list of phones. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: a phone with a plus',
    (client) => client.lists.create({ ...LIST, phones: [ANA, '+15105553355'] }),
    'lists/create: phones.1 "+1••••••••55" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'create: a contact by uuid',
    (client) => client.lists.create({ ...LIST, contacts: [UUID as never] }),
    'lists/create: contacts.0 "3f1c9a52-7d7e-4b43-9f0e-1c2d3e4f5a6b" must be a whole number. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: one contact in place of a list',
    (client) => client.lists.create({ ...LIST, contacts: 100_001 as never }),
    'lists/create: contacts 100001 must be a list. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'create: an e-mail address without a host',
    (client) => client.lists.create({ ...LIST, emails: ['ana@'] }),
    'lists/create: emails.0 "ana@" must be one e-mail address. Nothing was sent.',
    'Write it like ana@example.com.',
  ],
  [
    'create: what only an update takes',
    (client) => client.lists.create({ ...LIST, add_contacts: [1] } as never),
    'lists/create: body has a key that is not documented: add_contacts. Nothing was sent.',
    'See "lists/create" in docs/heymarket.md.',
  ],
  [
    'update: members replaced and added at once',
    (client) => client.lists.update(1, { contacts: [1], add_contacts: [2] }),
    'lists/update: body holds both contacts and add_contacts, and which of them counts is not documented. Nothing was sent.',
    'Replace the members (contacts, phones, emails), or add and remove some.',
  ],
  [
    'update: members replaced and removed at once',
    (client) => client.lists.update(1, { phones: [ANA], remove_phones: ['15105553355'] }),
    'lists/update: body holds both phones and remove_phones, and which of them counts is not documented. Nothing was sent.',
    'Replace the members (contacts, phones, emails), or add and remove some.',
  ],
  [
    'update: a phone with a plus',
    (client) => client.lists.update(1, { add_phones: ['+15105553344'] }),
    'lists/update: add_phones.0 "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'update: a phone that is too short',
    (client) => client.lists.update(1, { remove_phones: ['555334'] }),
    'lists/update: remove_phones.0 "555334" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'update: a blank title',
    (client) => client.lists.update(1, { title: '' }),
    'lists/update: title "" must not be blank. Nothing was sent.',
    'See "lists/update" in docs/heymarket.md.',
  ],
  [
    'update: two addresses as one',
    (client) => client.lists.update(1, { add_emails: ['ana@example.com,bo@example.com'] }),
    'lists/update: add_emails.0 "ana@example.com,bo@example.com" must be one e-mail address. Nothing was sent.',
    'Write it like ana@example.com.',
  ],
  [
    'update: a local_id',
    (client) => client.lists.update(1, { local_id: 'regulars' } as never),
    'lists/update: body has a key that is not documented: local_id. Nothing was sent.',
    'See "lists/update" in docs/heymarket.md.',
  ],
  [
    'remove: a contact by uuid',
    (client) => client.lists.remove(1, [UUID as never]),
    'lists/update: contact_ids.0 "3f1c9a52-7d7e-4b43-9f0e-1c2d3e4f5a6b" must be a whole number. Nothing was sent.',
    'See "lists/update" in docs/heymarket.md.',
  ],
  [
    'remove: list 0',
    (client) => client.lists.remove(0),
    'lists/update: id 0 must be 1 or more. Nothing was sent.',
    'See "lists/update" in docs/heymarket.md.',
  ],
  [
    'get: a local_id in place of the id',
    (client) => client.lists.get('regulars' as never),
    'lists/overview: id "regulars" must be a whole number. Nothing was sent.',
    'See "lists/overview" in docs/heymarket.md.',
  ],
  [
    'page: a date without its seconds',
    (client) => client.lists.page({ date: '2026-11-20T09:30Z' }),
    'lists/overview: date "2026-11-20T09:30Z" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'createV1: no title',
    (client) => client.lists.createV1({} as never),
    'lists/overview: title is required, as text. Nothing was sent.',
    'See "lists/overview" in docs/heymarket.md.',
  ],
  [
    'createV1: members as a list',
    (client) => client.lists.createV1({ title: 'Old', members: [ANA] as never }),
    'lists/overview: members must be an object: each phone with its names, as {"15105553344": {"f": "Ana"}}. Nothing was sent.',
    'See "lists/overview" in docs/heymarket.md.',
  ],
  [
    'createV1: a member under a phone with a plus',
    (client) => client.lists.createV1({ title: 'Old', members: { '+15105553344': { f: 'Ana' } } }),
    'lists/overview: members has a key that is not a phone number: digits only, the country code first, without +. Nothing was sent.',
    'Write it like {"15105553344": {"f": "Ana"}}.',
  ],
  [
    'updateV1: a phone with a plus',
    (client) => client.lists.updateV1(1, { add_phone: '+15105553344' }),
    'lists/overview: add_phone "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'removeV1: list 0',
    (client) => client.lists.removeV1(0),
    'lists/overview: id 0 must be 1 or more. Nothing was sent.',
    'See "lists/overview" in docs/heymarket.md.',
  ],
]

const MESSAGES: readonly Case[] = [
  [
    'send: a phone with a plus',
    (client) => client.messages.send({ ...FROM, phone_number: '+15105553344', text: 'Hi' }),
    'messages/send: phone_number "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'send: a phone that is too short',
    (client) => client.messages.send({ ...FROM, phone_number: '555334', text: 'Hi' }),
    'messages/send: phone_number "555334" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'send: no target',
    (client) => client.messages.send({ ...FROM, text: 'Hi' }),
    'messages/send: body names no target. Nothing was sent.',
    'Give exactly one of phone_number, chat_id, list_id, targets.',
  ],
  [
    'send: a phone and a conversation',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, chat_id: 1, text: 'Hi' }),
    'messages/send: body names more than one target: phone_number, chat_id. Nothing was sent.',
    'Give exactly one of phone_number, chat_id, list_id, targets.',
  ],
  [
    'send: a list and a group',
    (client) => client.messages.send({ ...FROM, list_id: 1, local_id: 'a', targets: GROUP, text: 'Hi' }),
    'messages/send: body names more than one target: list_id, targets. Nothing was sent.',
    'Give exactly one of phone_number, chat_id, list_id, targets.',
  ],
  [
    'send: no content',
    (client) => client.messages.send({ ...FROM, phone_number: ANA }),
    'messages/send: text is blank, and there is no other content. Nothing was sent.',
    'Give one of text, template_id, media_url, survey_id.',
  ],
  [
    'send: a blank text alone',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, text: '' }),
    'messages/send: text "" is blank, and there is no other content. Nothing was sent.',
    'Give one of text, template_id, media_url, survey_id.',
  ],
  [
    'send: a list without local_id',
    (client) => client.messages.send({ ...FROM, list_id: 1, text: 'Hi' }),
    'messages/send: local_id is required for a message to a list. Nothing was sent.',
    'Give it a unique one, so that nobody gets it twice.',
  ],
  [
    'send: a blank local_id',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, text: 'Hi', local_id: '' }),
    'messages/send: local_id "" must not be blank. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a private note to a list',
    (client) => client.messages.send({ ...FROM, list_id: 1, local_id: 'a', text: 'Hi', private: true }),
    'messages/send: private true is only possible inside one conversation. Nothing was sent.',
    'Name the conversation (chat_id), or the person whose conversation it is (phone_number).',
  ],
  [
    'send: a private note to a group',
    (client) => client.messages.send({ ...FROM, targets: GROUP, text: 'Hi', private: true }),
    'messages/send: private true is only possible inside one conversation. Nothing was sent.',
    'Name the conversation (chat_id), or the person whose conversation it is (phone_number).',
  ],
  [
    'send: private in words',
    (client) => client.messages.send({ ...FROM, chat_id: 1, text: 'Hi', private: 'yes' as never }),
    'messages/send: private "yes" must be true or false. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: media on this machine',
    (client) =>
      client.messages.send({ ...FROM, phone_number: ANA, media_url: 'http://localhost:3000/a.png' }),
    'messages/send: media_url "http://localhost:3000/a.png" must be a public http(s) address. Nothing was sent.',
    'Heymarket fetches the file itself, so it must be on the internet: https://example.com/flyer.png',
  ],
  [
    'send: media in a private network',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, media_url: 'https://192.168.1.4/a.png' }),
    'messages/send: media_url "https://192.168.1.4/a.png" must be a public http(s) address. Nothing was sent.',
    'Heymarket fetches the file itself, so it must be on the internet: https://example.com/flyer.png',
  ],
  [
    'send: media that is a file',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, media_url: 'file:///tmp/a.png' }),
    'messages/send: media_url "file:///tmp/a.png" must be a public http(s) address. Nothing was sent.',
    'Heymarket fetches the file itself, so it must be on the internet: https://example.com/flyer.png',
  ],
  [
    'send: media without an address',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, media_url: 'flyer.png' }),
    'messages/send: media_url "flyer.png" must be a public http(s) address. Nothing was sent.',
    'Heymarket fetches the file itself, so it must be on the internet: https://example.com/flyer.png',
  ],
  [
    'send: a group of one',
    (client) => client.messages.send({ ...FROM, targets: [ANA], text: 'Hi' }),
    'messages/send: targets must be two numbers or more; for one person there is phone_number. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a group that is text',
    (client) => client.messages.send({ ...FROM, targets: ANA as never, text: 'Hi' }),
    'messages/send: targets "15•••••••44" must be a list of phone numbers. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a phone with a plus in a group',
    (client) => client.messages.send({ ...FROM, targets: [ANA, '+15105553355'], text: 'Hi' }),
    'messages/send: targets.1 "+1••••••••55" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'send: a toll-free number in a group',
    (client) => client.messages.send({ ...FROM, targets: [ANA, '18885550123'], text: 'Hi' }),
    'messages/send: targets.1 "18•••••••23" is a toll-free number, which cannot be in a group message. Nothing was sent.',
    'Take it out of the group.',
  ],
  [
    'send: no inbox',
    (client) => client.messages.send({ creator_id: 501, phone_number: ANA, text: 'Hi' } as never),
    'messages/send: inbox_id is required, as a whole number. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: no sender',
    (client) => client.messages.send({ inbox_id: 71, phone_number: ANA, text: 'Hi' } as never),
    'messages/send: creator_id is required, as a whole number. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a sender by name',
    (client) =>
      client.messages.send({ inbox_id: 71, creator_id: 'Ana' as never, phone_number: ANA, text: 'Hi' }),
    'messages/send: creator_id "Ana" must be a whole number. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a template by name',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, template_id: 'Bye' as never }),
    'messages/send: template_id "Bye" must be a whole number. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a text that is a number',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, text: 7 as never }),
    'messages/send: text 7 must be text. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'send: a key that no documentation names',
    (client) => client.messages.send({ ...FROM, phone_number: ANA, text: 'Hi', channel: 'sms' } as never),
    'messages/send: body has a key that is not documented: channel. Nothing was sent.',
    'See "messages/send" in docs/heymarket.md.',
  ],
  [
    'page: a cursor without its zone',
    (client) => client.messages.page({ created_at: '2026-11-20T09:30:00' }),
    'messages/list-all: created_at "2026-11-20T09:30:00" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'page: an order by text',
    (client) => client.messages.page({ order: 'text' as never }),
    'messages/list-all: order "text" must be created_at or updated_at. Nothing was sent.',
    'See "messages/list-all" in docs/heymarket.md.',
  ],
  [
    'page: limit 0',
    (client) => client.messages.page({ limit: 0 }),
    'messages/list-all: limit 0 must be 1 or more. Nothing was sent.',
    'See "messages/list-all" in docs/heymarket.md.',
  ],
  [
    'page: ascending in words',
    (client) => client.messages.page({ ascending: 'yes' as never }),
    'messages/list-all: ascending "yes" must be true or false. Nothing was sent.',
    'See "messages/list-all" in docs/heymarket.md.',
  ],
  [
    'page: the cursor of contacts',
    (client) => client.messages.page({ date: '2026-11-20T09:30:00Z' } as never),
    'messages/list-all: body has a key that is not documented: date. Nothing was sent.',
    'See "messages/list-all" in docs/heymarket.md.',
  ],
  [
    'history: a phone with a plus',
    (client) => client.messages.history({ phoneNumber: '+15105553344', inboxID: 71 }),
    'messages/get-history: phoneNumber "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'history: a phone that is too short',
    (client) => client.messages.history({ phoneNumber: '555334', inboxID: 71 }),
    'messages/get-history: phoneNumber "555334" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'history: no inbox',
    (client) => client.messages.history({ phoneNumber: ANA } as never),
    'messages/get-history: inboxID is required, as a whole number. Nothing was sent.',
    'See "messages/get-history" in docs/heymarket.md.',
  ],
  [
    'history: a time in words',
    (client) =>
      client.messages.history({ phoneNumber: ANA, inboxID: 71, timestamp: '2026-11-20T09:30:00Z' as never }),
    'messages/get-history: timestamp "2026-11-20T09:30:00Z" must be unix seconds. Nothing was sent.',
    'See "messages/get-history" in docs/heymarket.md.',
  ],
]

const SCHEDULE: readonly Case[] = [
  [
    'create: a time off the quarter-hour',
    (client) => client.schedule.create({ ...LATER, execute_at: '2030-01-15T13:05:00Z' }),
    'schedule: execute_at "2030-01-15T13:05:00Z" is not on a quarter-hour. Nothing was sent.',
    'Use :00, :15, :30 or :45.',
  ],
  [
    'create: a time on the quarter-hour but for a second',
    (client) => client.schedule.create({ ...LATER, execute_at: '2030-01-15T13:00:01Z' }),
    'schedule: execute_at "2030-01-15T13:00:01Z" is not on a quarter-hour. Nothing was sent.',
    'Use :00, :15, :30 or :45.',
  ],
  [
    'create: a time less than 15 minutes ahead',
    (client) => client.schedule.create({ ...LATER, execute_at: '2030-01-15T12:00:00Z' }),
    'schedule: execute_at "2030-01-15T12:00:00Z" is less than 15 minutes ahead. Nothing was sent.',
    'The soonest is 2030-01-15T12:15Z.',
  ],
  [
    'create: a time long past',
    (client) => client.schedule.create({ ...LATER, execute_at: '2024-02-29T12:00:00Z' }),
    'schedule: execute_at "2024-02-29T12:00:00Z" is less than 15 minutes ahead. Nothing was sent.',
    'The soonest is 2030-01-15T12:15Z.',
  ],
  [
    'create: a time without its zone',
    (client) => client.schedule.create({ ...LATER, execute_at: '2030-01-15T13:00:00' }),
    'schedule: execute_at "2030-01-15T13:00:00" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'create: a time in words',
    (client) => client.schedule.create({ ...LATER, execute_at: 'tomorrow' }),
    'schedule: execute_at "tomorrow" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'create: no time',
    (client) => client.schedule.create({ ...LATER, execute_at: undefined as never }),
    'schedule: execute_at is required, as an RFC 3339 time in quotes. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'create: no content',
    (client) => client.schedule.create({ ...LATER, content: undefined as never }),
    'schedule: content must be an object like {"text": "See you"}. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'create: empty content',
    (client) => client.schedule.create({ ...LATER, content: {} }),
    'schedule: content is empty. Nothing was sent.',
    'Give one of text, template_id, media_url.',
  ],
  [
    'create: a blank text',
    (client) => client.schedule.create({ ...LATER, content: { text: '' } }),
    'schedule: content is empty. Nothing was sent.',
    'Give one of text, template_id, media_url.',
  ],
  [
    'create: content that is text',
    (client) => client.schedule.create({ ...LATER, content: 'Hi' as never }),
    'schedule: content "Hi" must be an object like {"text": "See you"}. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'create: media on this machine',
    (client) => client.schedule.create({ ...LATER, content: { media_url: 'http://127.0.0.1/a.png' } }),
    'schedule: content.media_url "http://127.0.0.1/a.png" must be a public http(s) address. Nothing was sent.',
    'Heymarket fetches the file itself, so it must be on the internet: https://example.com/flyer.png',
  ],
  [
    'create: a survey',
    (client) => client.schedule.create({ ...LATER, content: { survey_id: 801 } as never }),
    'schedule: content has a key that is not documented: survey_id. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'create: a phone and a list',
    (client) => client.schedule.create({ ...LATER, list_id: 1 }),
    'schedule: body names more than one target: phone_number, list_id. Nothing was sent.',
    'Give exactly one of phone_number, targets, conversation_id, list_id.',
  ],
  [
    'create: no target',
    (client) => client.schedule.create({ ...LATER, phone_number: undefined as never }),
    'schedule: body names no target. Nothing was sent.',
    'Give exactly one of phone_number, targets, conversation_id, list_id.',
  ],
  [
    'create: a phone with a plus',
    (client) => client.schedule.create({ ...LATER, phone_number: '+15105553344' }),
    'schedule: phone_number "+1••••••••44" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'create: a group of one',
    (client) => client.schedule.create({ ...LATER, phone_number: undefined as never, targets: [ANA] }),
    'schedule: targets must be two numbers or more; for one person there is phone_number. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'create: no inbox',
    (client) => client.schedule.create({ ...LATER, inbox_id: undefined as never }),
    'schedule: inbox_id is required, as a whole number. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'update: a time off the quarter-hour',
    (client) => client.schedule.update(1, { ...LATER, execute_at: '2030-01-15T13:20:00Z' }),
    'schedule: execute_at "2030-01-15T13:20:00Z" is not on a quarter-hour. Nothing was sent.',
    'Use :00, :15, :30 or :45.',
  ],
  [
    'update: a time less than 15 minutes ahead',
    (client) => client.schedule.update(1, { ...LATER, execute_at: '2030-01-15T12:00:00Z' }),
    'schedule: execute_at "2030-01-15T12:00:00Z" is less than 15 minutes ahead. Nothing was sent.',
    'The soonest is 2030-01-15T12:15Z.',
  ],
  [
    'update: empty content',
    (client) => client.schedule.update(1, { ...LATER, content: {} }),
    'schedule: content is empty. Nothing was sent.',
    'Give one of text, template_id, media_url.',
  ],
  [
    'update: two targets',
    (client) => client.schedule.update(1, { ...LATER, conversation_id: 1 }),
    'schedule: body names more than one target: phone_number, conversation_id. Nothing was sent.',
    'Give exactly one of phone_number, targets, conversation_id, list_id.',
  ],
  [
    'get: a local_id in place of the id',
    (client) => client.schedule.get('later' as never),
    'schedule: id "later" must be a whole number. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
  [
    'remove: schedule 0',
    (client) => client.schedule.remove(0),
    'schedule: id 0 must be 1 or more. Nothing was sent.',
    'See "schedule" in docs/heymarket.md.',
  ],
]

const E_MAIL: readonly Case[] = [
  [
    'a target without to: or cc:',
    (client) => client.email.send({ ...EMAIL, targets: ['ana@example.com'] }),
    'messages/send-email: targets.0 "ana@example.com" must be to: or cc: and an e-mail address. Nothing was sent.',
    'Write it like to:ana@example.com.',
  ],
  [
    'a target that is no address',
    (client) => client.email.send({ ...EMAIL, targets: ['to:ana'] }),
    'messages/send-email: targets.0 "to:ana" must be to: or cc: and an e-mail address. Nothing was sent.',
    'Write it like to:ana@example.com.',
  ],
  [
    'one bad address among several',
    (client) => client.email.send({ ...EMAIL, targets: ['to:ana@example.com,bo'] }),
    'messages/send-email: targets.0 "to:ana@example.com,bo" must be to: or cc: and an e-mail address. Nothing was sent.',
    'Write it like to:ana@example.com.',
  ],
  [
    'nobody with to:',
    (client) => client.email.send({ ...EMAIL, targets: ['cc:ana@example.com'] }),
    'messages/send-email: targets name nobody with to:. Nothing was sent.',
    'An e-mail needs one to: address; cc: comes beside it.',
  ],
  [
    'no targets in the list',
    (client) => client.email.send({ ...EMAIL, targets: [] }),
    'messages/send-email: targets must not be empty. Nothing was sent.',
    'See "messages/send-email" in docs/heymarket.md.',
  ],
  [
    'a target that is no list',
    (client) => client.email.send({ ...EMAIL, targets: 'to:ana@example.com' as never }),
    'messages/send-email: targets "to:ana@example.com" must be a list. Nothing was sent.',
    'See "messages/send-email" in docs/heymarket.md.',
  ],
  [
    'both targets and a conversation',
    (client) => client.email.send({ ...EMAIL, targets: ['to:ana@example.com'], convo_id: 1 }),
    'messages/send-email: body names more than one target: targets, convo_id. Nothing was sent.',
    'Give exactly one of targets, convo_id.',
  ],
  [
    'neither targets nor a conversation',
    (client) => client.email.send(EMAIL),
    'messages/send-email: body names no target. Nothing was sent.',
    'Give exactly one of targets, convo_id.',
  ],
  [
    'a blank text',
    (client) => client.email.send({ ...EMAIL, text: '', convo_id: 1 }),
    'messages/send-email: text "" must not be blank. Nothing was sent.',
    'See "messages/send-email" in docs/heymarket.md.',
  ],
  [
    'no text',
    (client) => client.email.send({ creator_id: 501, convo_id: 1 } as never),
    'messages/send-email: text is required: the HTML of the e-mail. Nothing was sent.',
    'See "messages/send-email" in docs/heymarket.md.',
  ],
  [
    'no sender',
    (client) => client.email.send({ text: '<p>Hi</p>', convo_id: 1 } as never),
    'messages/send-email: creator_id is required, as a whole number. Nothing was sent.',
    'See "messages/send-email" in docs/heymarket.md.',
  ],
  [
    'the inbox under the key of messages',
    (client) => client.email.send({ ...EMAIL, convo_id: 1, inbox_id: 71 } as never),
    'messages/send-email: body has a key that is not documented: inbox_id. Nothing was sent.',
    'See "messages/send-email" in docs/heymarket.md.',
  ],
]

const CONVERSATIONS: readonly Case[] = [
  [
    'page: no user',
    (client) => client.conversations.page({ filters: {} } as never),
    'conversations/list: id is required, as a whole number. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'page: no filters',
    (client) => client.conversations.page({ id: 901 } as never),
    'conversations/list: filters is required, if only as {}. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'page: an inbox by name',
    (client) => client.conversations.page({ id: 901, filters: { inboxes: ['Front desk' as never] } }),
    'conversations/list: filters.inboxes.0 "Front desk" must be a whole number. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'page: one inbox in place of a list',
    (client) => client.conversations.page({ id: 901, filters: { inboxes: 71 as never } }),
    'conversations/list: filters.inboxes 71 must be a list. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'page: closed in words',
    (client) => client.conversations.page({ id: 901, filters: { closed: 'no' as never } }),
    'conversations/list: filters.closed "no" must be true or false. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'page: an unknown filter',
    (client) => client.conversations.page({ id: 901, filters: { assigned: 501 } as never }),
    'conversations/list: filters has a key that is not documented: assigned. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'page: a date without its seconds',
    (client) => client.conversations.page({ id: 901, filters: {}, date: '2026-11-20T09:30Z' }),
    'conversations/list: date "2026-11-20T09:30Z" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'count: no filters',
    (client) => client.conversations.count({ id: 901 } as never),
    'conversations/list: filters is required, if only as {}. Nothing was sent.',
    'See "conversations/list" in docs/heymarket.md.',
  ],
  [
    'get: a phone in place of the id',
    (client) => client.conversations.get(ANA as never),
    'conversations/get: id "15•••••••44" must be a whole number. Nothing was sent.',
    'See "conversations/get" in docs/heymarket.md.',
  ],
  [
    'markRead: a target without its inbox',
    (client) => client.conversations.markRead({ target: ANA } as never),
    'conversations/mark-read: inbox_id is required beside a target. Nothing was sent.',
    'One person can have a conversation in each inbox: name the inbox, or the chat_id.',
  ],
  [
    'markUnread: no conversation',
    (client) => client.conversations.markUnread({ inbox_id: 71 } as never),
    'conversations/mark-read: body names no conversation. Nothing was sent.',
    'Give exactly one of chat_id, target, targets.',
  ],
  [
    'open: two conversations at once',
    (client) => client.conversations.open({ chat_id: 1, target: ANA, inbox_id: 71 } as never),
    'conversations/open-close: body names more than one conversation: chat_id, target. Nothing was sent.',
    'Give exactly one of chat_id, target, targets.',
  ],
  [
    'close: a blank target',
    (client) => client.conversations.close({ target: '', inbox_id: 71 }),
    'conversations/open-close: target "" must not be blank. Nothing was sent.',
    'See "conversations/open-close" in docs/heymarket.md.',
  ],
  [
    'close: an empty group',
    (client) => client.conversations.close({ targets: [], inbox_id: 71 }),
    'conversations/open-close: targets must not be empty. Nothing was sent.',
    'See "conversations/open-close" in docs/heymarket.md.',
  ],
  [
    'reassign: no conversation',
    (client) => client.conversations.reassign({ inbox_id: 71, user_id: 901, reassign_id: 902 }),
    'conversations/reassign: body names no conversation. Nothing was sent.',
    'Give exactly one of target, targets.',
  ],
  [
    'reassign: both target and targets',
    (client) =>
      client.conversations.reassign({
        inbox_id: 71,
        user_id: 901,
        reassign_id: 902,
        target: ANA,
        targets: GROUP,
      }),
    'conversations/reassign: body names more than one conversation: target, targets. Nothing was sent.',
    'Give exactly one of target, targets.',
  ],
  [
    'reassign: nobody to take it',
    (client) => client.conversations.reassign({ inbox_id: 71, user_id: 901, target: ANA } as never),
    'conversations/reassign: reassign_id is required, as a whole number. Nothing was sent.',
    'See "conversations/reassign" in docs/heymarket.md.',
  ],
  [
    'reassign: by chat_id',
    (client) =>
      client.conversations.reassign({ inbox_id: 71, user_id: 901, reassign_id: 902, chat_id: 1 } as never),
    'conversations/reassign: body has a key that is not documented: chat_id. Nothing was sent.',
    'See "conversations/reassign" in docs/heymarket.md.',
  ],
  [
    'transfer: no inbox',
    (client) => client.conversations.transfer(1, undefined as never),
    'conversations/transfer: transfer_inbox_id is required, as a whole number. Nothing was sent.',
    'See "conversations/transfer" in docs/heymarket.md.',
  ],
  [
    'transfer: conversation 0',
    (client) => client.conversations.transfer(0, 72),
    'conversations/transfer: conversation_id 0 must be 1 or more. Nothing was sent.',
    'See "conversations/transfer" in docs/heymarket.md.',
  ],
]

const TEMPLATES_SURVEYS_USERS: readonly Case[] = [
  [
    'a template without a title',
    (client) => client.templates.create({ content: { text: 'Bye' } } as never),
    'templates/manage: title is required, as text. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'a template with a blank title',
    (client) => client.templates.create({ title: '', content: { text: 'Bye' } }),
    'templates/manage: title "" must not be blank. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'a template without content',
    (client) => client.templates.create({ title: 'Bye' } as never),
    'templates/manage: content must be an object like {"text": "See you"}. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'a template with empty content',
    (client) => client.templates.create({ title: 'Bye', content: {} }),
    'templates/manage: content is empty. Nothing was sent.',
    'Give it a text or a gallery.',
  ],
  [
    'a template whose content is text',
    (client) => client.templates.create({ title: 'Bye', content: 'Bye' as never }),
    'templates/manage: content "Bye" must be an object like {"text": "See you"}. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'a template changed to a blank text',
    (client) => client.templates.update(301, { title: 'Bye', content: { text: '' } }),
    'templates/manage: content is empty. Nothing was sent.',
    'Give it a text or a gallery.',
  ],
  [
    'a template archived in words',
    (client) =>
      client.templates.update(301, { title: 'Bye', content: { text: 'Bye' }, archived: 'yes' as never }),
    'templates/manage: archived "yes" must be true or false. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'a template by title',
    (client) => client.templates.get('Bye' as never),
    'templates/manage: id "Bye" must be a whole number. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'removing template 0',
    (client) => client.templates.remove(0),
    'templates/manage: id 0 must be 1 or more. Nothing was sent.',
    'See "templates/manage" in docs/heymarket.md.',
  ],
  [
    'templates before a date without its seconds',
    (client) => client.templates.page({ date: '2026-11-20T09:30Z' }),
    'templates/overview: date "2026-11-20T09:30Z" must be an RFC 3339 time with its zone. Nothing was sent.',
    'Write it like 2026-11-20T09:30:00Z.',
  ],
  [
    'surveys, page 0',
    (client) => client.surveys.page({ page: 0 }),
    'surveys: page 0 must be 1 or more; pages count from 1. Nothing was sent.',
    'See "surveys" in docs/heymarket.md.',
  ],
  [
    'surveys, limit 0',
    (client) => client.surveys.page({ limit: 0 }),
    'surveys: limit 0 must be 1 or more. Nothing was sent.',
    'See "surveys" in docs/heymarket.md.',
  ],
  [
    'surveys before a date',
    (client) => client.surveys.page({ date: '2026-11-20T09:30:00Z' } as never),
    'surveys: body has a key that is not documented: date. Nothing was sent.',
    'See "surveys" in docs/heymarket.md.',
  ],
  [
    'a survey by name',
    (client) => client.surveys.get('Recommend us' as never),
    'surveys: id "Recommend us" must be a whole number. Nothing was sent.',
    'See "surveys" in docs/heymarket.md.',
  ],
  [
    'a user by a phone with a plus',
    (client) => client.users.find({ phone: ['+15105550112'] }),
    'users: phone.0 "+1••••••••12" must be 7 to 15 digits, the country code first, without +. Nothing was sent.',
    'Write it like 15105553344.',
  ],
  [
    'a user by one phone in place of a list',
    (client) => client.users.find({ phone: '15105550112' as never }),
    'users: phone "15•••••••12" must be a list. Nothing was sent.',
    'See "users" in docs/heymarket.md.',
  ],
  [
    'a user by what is no address',
    (client) => client.users.find({ email: ['ben'] }),
    'users: email.0 "ben" must be one e-mail address. Nothing was sent.',
    'Write it like ana@example.com.',
  ],
  [
    'no users to change',
    (client) => client.users.update([]),
    'users-update: users must not be empty. Nothing was sent.',
    'See "users-update" in docs/heymarket.md.',
  ],
  [
    'a user to change without an id',
    (client) => client.users.update([{ first_name: 'Ben' } as never]),
    'users-update: users.0.id is required, as a whole number. Nothing was sent.',
    'See "users-update" in docs/heymarket.md.',
  ],
  [
    'a user in a role that is neither 1 nor 4',
    (client) => client.users.update([{ id: 902, role_id: 2 as never }]),
    'users-update: users.0.role_id 2 must be 1 (admin) or 4 (member). Nothing was sent.',
    'See "users-update" in docs/heymarket.md.',
  ],
  [
    'a user whose e-mail is to change',
    (client) => client.users.update([{ id: 902, email: 'ben@example.com' } as never]),
    'users-update: users.0 has a key that is not documented: email. Nothing was sent.',
    'See "users-update" in docs/heymarket.md.',
  ],
]

describe.each([
  ['contacts', CONTACTS],
  ['contacts v2', CONTACTS_V2],
  ['status', STATUS],
  ['custom fields, tags', CUSTOM_FIELDS_TAGS],
  ['lists', LISTS],
  ['messages', MESSAGES],
  ['schedule', SCHEDULE],
  ['e-mail', E_MAIL],
  ['conversations', CONVERSATIONS],
  ['templates, surveys, users', TEMPLATES_SURVEYS_USERS],
] as const)('%s', (_resource, cases) => {
  test.each(cases)('refuses %s', async (_what, ask, message, hint) => {
    const { client, sandbox, exchanges } = await withSandbox()
    expect(await refusal(ask(client))).toEqual({ code: 'ERR_REQUEST', message, hint })
    expect(sandbox.store.requests()).toEqual([])
    expect(exchanges).toEqual([])
  })
})

/** What a user sees of the error that the call throws. */
async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await work }
  } catch (error) {
    if (!(error instanceof HeysyncError)) throw error
    return { code: error.code, message: error.message, hint: error.hint }
  }
}

function phone(text: string): NonNullable<ReturnType<typeof bareE164>> {
  const read = bareE164(text)
  if (read === null) throw new Error(`${text} is not bare E.164.`)
  return read
}
