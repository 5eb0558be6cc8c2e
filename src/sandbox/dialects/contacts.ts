// Owns the dialects of contacts, tags, custom fields, and of how every answer is written.
import { whole, words } from '../switches.ts'

export const CONTACT_DIALECTS = {
  cursor: words(
    ['exclusive', 'inclusive'],
    '2',
    'Whether a list holds rows whose `updated` equals the `date` of the request.',
  ),
  resolution: words(
    ['microsecond', 'millisecond', 'second'],
    '3',
    'How fine times are given out and compared; a finer cursor is cut to it, so writes close together tie.',
  ),
  defaultLimit: whole(30, 1, 10_000, '1', 'Rows on a page when the request names no `limit`.'),
  maxLimit: whole(100, 1, 10_000, '1', 'Most rows on a page.'),
  overLimit: words(
    ['clamp', 'reject'],
    '1',
    'A `limit` above the most: fewer rows than asked for, or a 400.',
  ),
  listOrder: words(
    ['newest', 'oldest'],
    '4',
    'Where contacts begin when the request does not say `ascending`: at the last updated, or at the first (then `date` is the lower bound).',
  ),
  idText: words(
    ['lenient', 'strict'],
    '25',
    'An id in a body is text or a number; or `/v1/contact/get` takes text only, and the status calls a number only.',
  ),
  page: words(
    ['one', 'zero', 'ignored'],
    '24',
    'The number of the first `page`, counted after the `date` filter; or `page` has no effect.',
  ),
  duplicatePhone: words(
    ['upsert', 'reject', 'duplicate'],
    '9',
    'Creating a contact whose phone exists: update what is sent and answer the existing id, a 400, or a second contact.',
  ),
  putOmitted: words(
    ['clear', 'keep'],
    '12',
    'What a PUT leaves out of first, last, display_name, email, avatar, assignee_id and tags is emptied, or stays.',
  ),
  displayName: words(
    ['keep', 'recompute'],
    '13',
    '`recompute`: an omitted or blank display_name becomes first + last on every write.',
  ),
  omittedOptOut: words(
    ['keep', 'clear'],
    '19',
    'A PUT without is_opted_out leaves the opt-out, or lifts it.',
  ),
  overwriteOmitted: words(
    ['wipes', 'keeps'],
    '14',
    '`overwrite=true` without `custom` empties all custom values, or leaves them.',
  ),
  clearCustom: words(
    ['clears', 'stores', 'ignores'],
    '15',
    'A custom value of "": the value goes, "" is stored, or the old value stays.',
  ),
  unknownCustom: words(
    ['drop', 'reject'],
    '16',
    'A custom key that is no field of the account is dropped with a 200, or is a 400.',
  ),
  tagsWrite: words(
    ['replace', 'merge'],
    '18',
    'Tags of a PUT are the new set, or are added to the old one (then nothing takes a tag away).',
  ),
  tagsRead: words(
    ['objects', 'ids', 'refs'],
    '18',
    'Tags of a contact read back as whole tags, as numbers, or as `{tag_id}`.',
  ),
  tooManyTags: words(['reject', 'truncate'], '18', 'More than 5 tags are a 400, or the first 5 are kept.'),
  optedOutRead: words(
    ['always', 'omitFalse', 'absent'],
    '19',
    'Whether is_opted_out is there on reads: always, only when true, or never.',
  ),
  optedOutFalse: words(
    ['clears', 'ignored'],
    '19',
    'Sending is_opted_out false lifts an opt-out that the team made, or does nothing.',
  ),
  uuid: words(
    ['writes', 'never', 'reads'],
    '23',
    'Where the uuid is given: in answers to writes, nowhere, or on reads too.',
  ),
  emptyFields: words(
    ['present', 'omitted'],
    '2.1',
    'Empty fields are there on reads, or are left out (blank text, 0, false, no tags).',
  ),
  emptyList: words(['array', 'null'], '38', 'A list without entries is `[]`, or `null`.'),
  createStatus: words(['200', '201'], '2.2', 'Status of an answer that says that something was created.'),
  errorBody: words(
    ['text', 'message', 'error', 'code', 'html'],
    '36',
    'Body of an error: text, `{message}`, `{error}`, `{error_code, message}`, or an HTML page.',
  ),
  fieldsShape: words(
    ['name', 'title', 'array'],
    '2.4',
    'Custom fields as `{fields: [{id, name}]}`, with `title` for `name`, or as a bare array.',
  ),
  countShape: words(['number', 'string', 'object'], '2.2', 'A count is 123, "123", or `{count: 123}`.'),
  unknownId: words(
    ['404', '400', 'null'],
    '42',
    'Asking for a contact or tag that is not there: 404, 400, or 200 with `null` (then writes to it are a 404).',
  ),
  scalars: words(
    ['quoted', 'unquoted'],
    '37',
    'Answers that are one word are JSON ("ok"), or plain text (ok).',
  ),
  plusPhone: words(
    ['reject', 'normalize'],
    '26',
    'A phone with `+` or punctuation is a 400, or is cut to its digits.',
  ),
  inboxes: words(['array', 'envelope'], '2.8', 'Inboxes as a bare array, or as `{inboxes: […]}`.'),
  retryAfter: words(
    ['absent', 'seconds'],
    '35',
    'A 429 says nothing about when to come back, or has a Retry-After header in seconds.',
  ),
  rateWindow: words(
    ['sliding', 'fixed'],
    '34',
    'The limit counts the last 60 seconds, or starts anew with each minute of the clock.',
  ),
  visibilityDelayMs: whole(
    0,
    0,
    600_000,
    '44',
    'A write shows up in lists, counts and `/v1/contact/get` only after this many milliseconds; `GET /v1/contact/{id}` sees it at once.',
  ),
  phoneChange: words(
    ['allow', 'reject', 'merge'],
    '27',
    'An update with another phone changes it, or is a 400. A phone that another contact has is a 400; under `merge` that contact goes, and an opt-out of either stays.',
  ),
  emailOnlyContacts: whole(0, 0, 10_000, '29', 'That many contacts without a phone exist.'),
  zeroTimes: words(
    ['absent', 'present'],
    '39',
    '`present`: `created` of every third contact is the zero time 0001-01-01T00:00:00Z.',
  ),
  trimNames: words(['no', 'yes'], '13', 'Blanks around names are kept, or cut off.'),
} as const
