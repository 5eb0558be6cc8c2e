// Owns the dialects of lists, channels and the bulk writes of contacts.
import { whole, words } from '../switches.ts'

export const LIST_DIALECTS = {
  listLocalId: words(
    ['same', 'reject', 'duplicate'],
    '2.7',
    'Creating a list whose `local_id` exists: the same list is answered, a 400, or a second list.',
  ),
  listPhones: words(
    ['targets', 'contacts'],
    '33',
    'Phones of a list that no contact has become targets of the list alone, or new contacts.',
  ),
  listMembers: words(
    ['replace', 'add'],
    '2.7',
    '`contacts`, `phones` and `emails` of an update are the new members, or are added to the old ones.',
  ),
  listReads: words(['shown', 'gone'], '31', 'The deprecated v1 reads of lists work, or are a 404.'),
  listSize: whole(10_000, 1, 1_000_000, '30', 'Most contacts on a list; `list_size` of the team.'),
  overListSize: words(['reject', 'truncate'], '30', 'More than that is a 400, or the rest is left off.'),
  listUnknownContact: words(
    ['reject', 'ignore'],
    '2.7',
    'An id that no contact has is a 400 in a list, or is left out.',
  ),
  deletedInList: words(
    ['removed', 'dangling'],
    '32',
    'A deleted contact gets nothing from its lists any more, or stays a target.',
  ),
  optedOutInList: words(
    ['kept', 'removed'],
    '2.6',
    'People who opted out stay on lists, or are taken off (the team setting "opt-out actions").',
  ),
  batchAnswer: words(
    ['ok', 'contacts'],
    '21',
    'A batch answers "ok", or those that failed; or all contacts that it made or found.',
  ),
  batchSkipped: words(['fine', 'failed'], '21', 'A contact that a batch skips counts as done, or as failed.'),
  batchCustom: words(
    ['merge', 'replace'],
    '2.2',
    'A batch that overwrites keeps custom values it does not name, or drops them.',
  ),
  batchSize: whole(1_000, 1, 100_000, '22', 'Most contacts in a batch; more are a 413.'),
  batchFields: words(
    ['all', 'basic'],
    '2.2',
    'A batch keeps every field, or only what the older documentation names: phone, names, e-mail, opt-out.',
  ),
  batchRefusal: words(
    ['alone', 'whole'],
    '22',
    'A contact that cannot be kept fails alone, or the whole batch is a 400.',
  ),
  batchCalls: words(['there', 'gone'], '2.2', 'Batches work, or are a 404.'),
  bulkExisting: words(
    ['upsert', 'failed', 'duplicate'],
    '2.3',
    'A v2 bulk create of a phone that exists: an update, a failed contact, or a second one.',
  ),
  bulkFields: words(
    ['all', 'basic'],
    '2.3',
    'A v2 bulk write keeps every field, or only phone, names, e-mail and opt-out.',
  ),
  bulkRefusal: words(
    ['alone', 'whole'],
    '2.3',
    'A contact that cannot be kept is among the failed ones, or the whole v2 bulk write is a 400.',
  ),
  bulkCalls: words(['there', 'gone'], '2.3', 'The v2 bulk write works, or is a 404.'),
  bulkSize: whole(1_000, 1, 100_000, '2.3', 'Most contacts in a v2 bulk write; more are a 413.'),
  searchSize: whole(1_000, 1, 100_000, '2.3', 'Most ids in a v2 search; more are a 400.'),
  searchCalls: words(['there', 'gone'], '2.3', 'The v2 search works, or is a 404.'),
  pageV2: words(['zero', 'one', 'ignored'], '24', 'The number of the first `page` of the v2 list.'),
  channelsRead: words(['present', 'absent'], '6.4', 'Whether v2 contacts show their `contact_channels`.'),
  channelIds: words(['text', 'number'], '6.9', 'Ids of channels are text (the contact by uuid), or numbers.'),
} as const
