// Every open question and every contradiction of Heymarket's documentation has a switch, or a reason to have none.
import { describe, expect, test } from 'vitest'
import { DIALECT_TABLE } from '../../src/sandbox/dialects.ts'
import { FAULT_TABLE } from '../../src/sandbox/faults.ts'

/** Names of dialects and faults; or, in words, why there is none. */
type Reading = readonly string[] | string

/** The open questions about a sync, by number. */
const QUESTIONS: Readonly<Record<string, Reading>> = {
  '1 page size': ['defaultLimit', 'maxLimit', 'overLimit'],
  '2 inclusive cursor': ['cursor'],
  '3 ties': ['resolution'],
  '4 order': ['listOrder'],
  '5 records move during a walk': ['editedMeanwhile'],
  '6 own writes disturb the walk': 'every write moves `updated`, always',
  '7 incremental read': ['cursor', 'resolution'],
  '8 deletions': ['deletedMeanwhile'],
  '9 duplicate phone': ['duplicatePhone', 'bulkExisting'],
  '10 lost answer': ['lostAnswer', 'truncated', 'error500After'],
  '11 local_id on contacts': ['contactLocalId'],
  '12 omitted fields': ['putOmitted'],
  '13 names': ['displayName', 'trimNames'],
  '14 overwrite': ['overwriteOmitted'],
  '15 clearing a custom value': ['clearCustom'],
  '16 unknown custom key': ['unknownCustom'],
  '17 custom values': 'anything but text is a 400, always',
  '18 tags': ['tagsWrite', 'tagsRead', 'tooManyTags'],
  '19 is_opted_out': ['optedOutRead', 'optedOutFalse', 'omittedOptOut'],
  '20 status': 'served as documented',
  '21 batch answer': ['batchAnswer', 'batchSkipped'],
  '22 batch size': ['batchSize', 'batchRefusal'],
  '23 id and uuid': ['uuid'],
  '24 page base': ['page', 'pageV2'],
  '25 id as text': ['idText'],
  '26 phone form': ['plusPhone'],
  '27 phone change': ['phoneChange'],
  '28 e-mail uniqueness': 'e-mails are not unique, always',
  '29 contacts without phone': ['emailOnlyContacts'],
  '30 list cap': ['listSize', 'overListSize'],
  '31 list read-back': ['listReads'],
  '32 deleted contact in a list': ['deletedInList'],
  '33 phones of a list': ['listPhones'],
  '34 scope of the limit': ['rateScope', 'rateWindow'],
  '35 429': ['retryAfter', 'rateLimited'],
  '36 error body': ['errorBody'],
  '37 scalars': ['scalars'],
  '38 empty list': ['emptyList'],
  '39 zero times': ['zeroTimes'],
  '40 expired token': ['tokenAheadSeconds', 'unauthorized'],
  '41 403': ['forbidden'],
  '42 unknown id': ['unknownId'],
  '43 assignee ids': ['assigneeIds'],
  '44 delayed visibility': ['visibilityDelayMs'],
  '45 no sandbox': 'this is the one',
  '46 webhook gaps': ['webhookDropped', 'webhookRepeated', 'webhookReordered'],
  '47 CSV import': 'not part of the API',
}

/** The contradictions between the generations of the documentation, by number. */
const CONTRADICTIONS: Readonly<Record<string, Reading>> = {
  '1 error codes': ['unauthorized', 'forbidden', 'unknownId'],
  '2 Basic auth': ['basicAuth'],
  '3 scope of the limit': ['rateScope'],
  '4 contact schema': ['optedOutRead', 'uuid', 'channelsRead', 'emptyFields'],
  '5 local_id on contacts': ['contactLocalId'],
  '6 batch answer': ['batchAnswer', 'batchSkipped', 'batchCustom', 'batchFields'],
  '7 create answer': ['uuid', 'createStatus'],
  '8 page base': ['page', 'pageV2'],
  '9 channel ids': ['channelIds'],
  '10 field name': ['fieldsShape'],
  '11 tags': ['tagWrites'],
  '12 list phones': ['listPhones', 'listMembers', 'listUnknownContact'],
  '13 inboxes': ['inboxes', 'inboxInvited'],
  '14 created_at': ['messagesDate', 'createdAtRequired'],
  '15 local_id of messages': ['messageLocalId', 'localIdShown'],
  '16 private comments': ['privateTarget'],
  '17 webhooks': ['webhookPayload', 'webhookRetry', 'optEvent'],
  '18 deletion and history': ['deleteHistory'],
  '19 assignee ids': ['assigneeIds'],
}

/** Readings of what the pages do not mention at all. */
const FURTHER = [
  'countShape',
  'broadcastIdShown',
  'sentShape',
  'inbound',
  'messagePhone',
  'optedOutSend',
  'optedOutBroadcast',
  'optedOutInList',
  'scheduleLocalId',
  'scheduleText',
  'emailInHistory',
  'listLocalId',
  'batchCalls',
  'bulkCalls',
  'bulkFields',
  'bulkRefusal',
  'bulkSize',
  'searchCalls',
  'searchSize',
]

const switches = new Set([...Object.keys(DIALECT_TABLE), ...Object.keys(FAULT_TABLE)])
const all = [...Object.entries(QUESTIONS), ...Object.entries(CONTRADICTIONS)]

test('no row is left out', () => {
  const numbers = (rows: object) => Object.keys(rows).map((row) => Number.parseInt(row, 10))
  expect(numbers(QUESTIONS)).toEqual(Array.from({ length: 47 }, (_, at) => at + 1))
  expect(numbers(CONTRADICTIONS)).toEqual(Array.from({ length: 19 }, (_, at) => at + 1))
})

describe.each(all)('%s', (_, reading) => {
  test('is served by switches that exist', () => {
    const named = typeof reading === 'string' ? [] : reading
    expect(named.filter((name) => !switches.has(name))).toEqual([])
    expect(typeof reading === 'string' ? reading.length : named.length).toBeGreaterThan(0)
  })
})

test('every dialect answers a question', () => {
  const named = new Set([
    ...all.flatMap(([, reading]) => (typeof reading === 'string' ? [] : reading)),
    ...FURTHER,
  ])
  expect(Object.keys(DIALECT_TABLE).filter((name) => !named.has(name))).toEqual([])
})
