// Owns refused members of lists as failures, beside those of contacts, and how they are tried again.
import type { RefusedMember } from '../mirror/lists.ts'
import { causeOf, type FailedChange } from '../outbox/failure.ts'

export function memberFailure(member: RefusedMember): FailedChange {
  const { phone, wants, title, error: message, error_code: code } = member
  return {
    phone,
    kind: wants === 'on' ? 'listAdd' : 'listRemove',
    state: 'dead',
    code,
    cause:
      message === null ? null : code === 'ERR_NOT_STORED' ? 'does not show the change' : causeOf(message),
    message,
    field: null,
    list: title,
    source: member.source_id,
    record: member.record_id,
    requestId: member.request_id,
    attempts: 1,
    since: member.refused_at ?? 0,
  }
}
