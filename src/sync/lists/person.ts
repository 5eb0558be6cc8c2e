// Owns how a person looks to a rule: the `contact` and the `source` of its condition.
import type { ContactFields } from '../contact.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { SourceList } from '../mirror/source-lists.ts'
import { recordView } from '../normalize/record-view.ts'

export interface RulePerson {
  /** What a condition calls `contact`. */
  readonly contact: Readonly<Record<string, unknown>>
  /** How it looks to a condition that asks for CONTACT_FIELDS alone, worked out once for all rules. */
  readonly plain?: object
  /** What it calls `source`: `id` of the winning record's source, and the titles in `lists`. */
  readonly source: object
  /** The lists of sources that any record of this number is on. Read when it is asked for: most rules never do. */
  readonly onLists: () => readonly SourceList[]
}

/** What a contact has, be it blank. */
export const CONTACT_FIELDS: ReadonlySet<string> = new Set(Object.keys(contactView('', {}, false)))

interface Given {
  readonly phone: string
  readonly source_id: string
  /** JSON ContactFields. */
  readonly fields: string
}

/** `sources`: ids of those that are configured; lists of others do not count. */
export function rulePerson(
  { sourceLists }: Pick<Mirror, 'sourceLists'>,
  sources: ReadonlySet<string>,
  { phone, source_id, fields }: Given,
  optedOut: boolean,
): RulePerson {
  let read: readonly SourceList[] | undefined
  const onLists = () => {
    read ??= sourceLists.ofPhone(phone).filter(({ source }) => sources.has(source))
    return read
  }
  const source = {
    id: source_id,
    get lists() {
      return [...new Set(onLists().map(({ title }) => title))]
    },
  }
  const contact = contactView(phone, JSON.parse(fields) as ContactFields, optedOut)
  const plain = { ...contact, custom: recordView(contact.custom) }
  return { contact, plain, source: recordView(source), onLists }
}

function contactView(phone: string, fields: ContactFields, optedOut: boolean) {
  return {
    phone,
    first: fields.first ?? '',
    last: fields.last ?? '',
    displayName: fields.displayName ?? '',
    email: fields.email ?? '',
    assignee: fields.assignee ?? '',
    tags: fields.tags ?? [],
    custom: fields.custom ?? {},
    optedOut,
  }
}
