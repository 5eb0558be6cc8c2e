// Owns the table of every documented endpoint in docs/heymarket.md: the page that describes it, the function of the
// client, the command that reaches it, and the dialects in which the sandbox serves it. Pure.
import { markdownTable } from '../config/generate/marked.ts'
import { ENDPOINTS } from '../heymarket/endpoints.ts'
import type { Dialects } from '../sandbox/dialects.ts'

/** Commands that reach an endpoint by their own; all others are reached by `heysync api`. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'contacts.create': ['sync'],
  'contacts.get': ['sync'],
  'contacts.lookUp': ['sync'],
  'contacts.update': ['sync'],
  'contacts.remove': ['sync'],
  'contacts.page': ['sync', 'reconcile'],
  'contacts.count': ['reconcile'],
  'contactsV2.search': ['broadcast'],
  'status.get': ['send'],
  'status.set': ['sync'],
  'contactFields.list': ['fields'],
  'tags.page': ['tags'],
  'lists.create': ['broadcast'],
  'lists.update': ['broadcast'],
  'lists.get': ['lists'],
  'lists.page': ['lists'],
  'inboxes.list': ['inboxes'],
  'team.get': ['team'],
  'messages.send': ['send', 'broadcast'],
  'messages.page': ['replies', 'broadcast status'],
  'schedule.create': ['schedule create'],
  'schedule.get': ['schedule get', 'schedule list'],
  'schedule.update': ['schedule update'],
  'schedule.remove': ['schedule cancel'],
  'email.send': ['email'],
  'conversations.get': ['send'],
  'templates.page': ['templates'],
}

/** Only through their own commands: there a message is sent exactly once. */
const NOT_BY_NAME = new Set([
  'messages.send',
  'schedule.create',
  'schedule.update',
  'schedule.remove',
  'email.send',
])

const READS_CONTACT = ['contacts.get', 'contacts.lookUp', 'contacts.page', 'contactsV2.*']
const WRITES_CONTACT = ['contacts.create', 'contacts.update', 'contacts.batch', 'contactsV2.*']
const UPDATES_CONTACT = ['contacts.update', 'contactsV2.update']
const SENDS = ['messages.send', 'email.send']
const READS_MESSAGES = ['messages.page', 'messages.history']
const PAGES = ['contacts.page', 'contactsV2.page']
const DATED = [...PAGES, 'lists.page', 'messages.page', 'conversations.page', 'templates.page']

/** Where a dialect shows; `*` is everywhere. A webhook is no endpoint. */
const SHOWS_AT: Readonly<Record<keyof Dialects, readonly string[]>> = {
  basicAuth: ['*'],
  tokenAheadSeconds: ['*'],
  rateScope: ['*'],
  errorBody: ['*'],
  retryAfter: ['*'],
  rateWindow: ['*'],
  contactLocalId: WRITES_CONTACT,
  tagWrites: ['tags.create', 'tags.remove'],
  inboxInvited: ['inboxes.list'],
  deleteHistory: ['contacts.remove', 'contactsV2.remove', 'contactsV2.bulkRemove'],
  assigneeIds: WRITES_CONTACT,
  cursor: DATED,
  resolution: DATED,
  defaultLimit: PAGES,
  maxLimit: [...PAGES, 'messages.page'],
  overLimit: [...PAGES, 'messages.page'],
  listOrder: PAGES,
  idText: ['contacts.lookUp', 'status.get', 'status.set'],
  page: ['contacts.page'],
  duplicatePhone: ['contacts.create', 'contactsV2.create'],
  putOmitted: UPDATES_CONTACT,
  displayName: WRITES_CONTACT,
  omittedOptOut: UPDATES_CONTACT,
  overwriteOmitted: ['contacts.update', 'contacts.batch'],
  clearCustom: WRITES_CONTACT,
  unknownCustom: WRITES_CONTACT,
  tagsWrite: WRITES_CONTACT,
  tagsRead: READS_CONTACT,
  tooManyTags: WRITES_CONTACT,
  optedOutRead: READS_CONTACT,
  optedOutFalse: WRITES_CONTACT,
  uuid: [...READS_CONTACT, 'contacts.create', 'contacts.update', 'lists.create', 'tags.create'],
  emptyFields: [...READS_CONTACT, 'lists.get', 'lists.page'],
  emptyList: [...DATED, 'tags.page', 'contactFields.list', 'messages.history'],
  createStatus: ['contacts.create', 'contactsV2.create', 'lists.create', 'tags.create', 'schedule.create'],
  fieldsShape: ['contactFields.list'],
  countShape: ['contacts.count'],
  unknownId: [
    'contacts.get',
    'contacts.lookUp',
    'contactsV2.get',
    'status.get',
    'tags.get',
    'lists.get',
    'schedule.get',
    'conversations.get',
    'templates.get',
    'surveys.get',
  ],
  scalars: [
    'contacts.remove',
    'contacts.batch',
    'status.set',
    'messages.count',
    'conversations.*',
    'tags.remove',
  ],
  plusPhone: ['contacts.create', 'contacts.update', 'contacts.lookUp', 'messages.send', 'lists.create'],
  inboxes: ['inboxes.list'],
  visibilityDelayMs: [...PAGES, 'contacts.lookUp', 'contacts.count', 'messages.page'],
  phoneChange: ['contacts.update', 'contactsV2.update', 'contactsV2.bulk', 'contactsV2.setChannel'],
  emailOnlyContacts: PAGES,
  zeroTimes: READS_CONTACT,
  trimNames: WRITES_CONTACT,
  listLocalId: ['lists.create'],
  listPhones: ['lists.create', 'lists.update'],
  listMembers: ['lists.update'],
  listReads: ['lists.get', 'lists.page', 'lists.createV1', 'lists.updateV1', 'lists.removeV1'],
  listSize: ['team.get', 'lists.create', 'lists.update'],
  overListSize: ['lists.create', 'lists.update'],
  listUnknownContact: ['lists.create', 'lists.update'],
  deletedInList: ['messages.send'],
  optedOutInList: ['lists.create', 'lists.update'],
  batchAnswer: ['contacts.batch'],
  batchSkipped: ['contacts.batch'],
  batchCustom: ['contacts.batch'],
  batchSize: ['contacts.batch'],
  batchFields: ['contacts.batch'],
  batchRefusal: ['contacts.batch'],
  batchCalls: ['contacts.batch'],
  bulkFields: ['contactsV2.bulk'],
  bulkRefusal: ['contactsV2.bulk'],
  bulkCalls: ['contactsV2.bulk'],
  searchCalls: ['contactsV2.search'],
  bulkExisting: ['contactsV2.bulk'],
  bulkSize: ['contactsV2.bulk'],
  searchSize: ['contactsV2.search'],
  pageV2: ['contactsV2.page'],
  channelsRead: ['contactsV2.get', 'contactsV2.search', 'contactsV2.page'],
  channelIds: ['contactsV2.addChannel', 'contactsV2.setChannel', 'contactsV2.channel'],
  messageLocalId: SENDS,
  localIdShown: READS_MESSAGES,
  broadcastIdShown: READS_MESSAGES,
  sentShape: SENDS,
  messagesDate: ['messages.page'],
  createdAtRequired: ['messages.page'],
  inbound: READS_MESSAGES,
  messagePhone: READS_MESSAGES,
  privateTarget: ['messages.send'],
  optedOutSend: ['messages.send'],
  optedOutBroadcast: ['messages.send'],
  scheduleLocalId: ['schedule.create'],
  scheduleText: ['schedule.get'],
  emailInHistory: READS_MESSAGES,
  webhookPayload: [],
  webhookRetry: [],
  optEvent: [],
}

/** Every endpoint, one row each. */
export function endpointTable(): string {
  const rows = Object.entries(ENDPOINTS).flatMap(([resource, functions]) =>
    Object.entries(functions).map(([name, { method, path, page, deprecated }]) => {
      const full = `${resource}.${name}`
      const own = (COMMANDS[full] ?? []).map((command) => `\`${command}\``)
      const byName = NOT_BY_NAME.has(full) ? [] : [`\`api ${full}\``]
      return [
        `\`${method} ${path}\`${deprecated ? ' (deprecated)' : ''}`,
        page,
        `\`${full}\``,
        [...own, ...byName].join(', '),
        dialectsAt(full).join(' '),
      ]
    }),
  )
  return markdownTable(['Endpoint', 'Page', 'Client', 'Command', 'Dialects'], rows)
}

/** The dialects that show at every endpoint, for a sentence. */
export function dialectsEverywhere(): string {
  const names = Object.entries(SHOWS_AT).filter(([, at]) => at.includes('*'))
  return names.map(([name]) => `\`${name}\``).join(', ')
}

function dialectsAt(full: string): string[] {
  const resource = full.split('.')[0]
  return Object.entries(SHOWS_AT)
    .filter(([, at]) => at.includes(full) || at.includes(`${resource}.*`))
    .map(([name]) => `\`${name}\``)
}
