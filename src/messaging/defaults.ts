// Owns which inbox a message goes out from and which member sends it, where the command does not say. Pure.
import type { Inbox } from '../heymarket/inboxes.ts'
import { isTollFree } from '../heymarket/rules.ts'
import type { Team, TeamMember } from '../heymarket/team.ts'
import { HeysyncError } from '../lib/errors.ts'
import { INBOX, listed, MEMBER, pick } from './pick.ts'

/** What was asked for: the flag, else the config; nothing when neither says. */
type Asked = string | number | undefined

/** The inbox that is asked for, else the only one. Errors: ERR_USAGE, ERR_NAME_*. */
export function inboxOf(asked: Asked, inboxes: readonly Inbox[]): Inbox {
  if (asked !== undefined) return pick(INBOX, asked, inboxes)
  const [only, another] = inboxes
  if (only !== undefined && another === undefined) return only
  throw new HeysyncError('ERR_USAGE', {
    message:
      only === undefined
        ? 'This account has no inbox that these credentials may use, so there is nothing to send from.'
        : `Which inbox does it go out from? There is ${listed(inboxes)}.`,
    hint:
      only === undefined
        ? 'Give the API user access to an inbox in Heymarket.'
        : `Add --inbox "${only.name}", or set messaging.inbox in heysync.yaml.`,
  })
}

/** The member who is asked for, else the only one who may send from the inbox. Errors: ERR_USAGE, ERR_NAME_*. */
export function senderOf(asked: Asked, inbox: Inbox, team: Team): TeamMember {
  const members = team.members.map((one) => ({ ...one, also: [one.email] }))
  // An account that shows no members of an inbox leaves the question to Heymarket.
  const allowed = members.filter(({ id }) => inbox.members.length === 0 || inbox.members.includes(id))
  if (asked !== undefined) {
    const sender = pick(MEMBER, asked, members)
    if (allowed.includes(sender)) return sender
    throw new HeysyncError('ERR_USAGE', {
      message: `${sender.name} is not a member of the inbox ${inbox.name}, so they cannot send from it.`,
      hint: `Its members are ${listed(allowed)}.`,
    })
  }
  const [only, another] = allowed
  if (only !== undefined && another === undefined) return only
  throw new HeysyncError('ERR_USAGE', {
    message:
      only === undefined
        ? `The inbox ${inbox.name} has no members, so nobody can send from it.`
        : `Which member sends it? ${inbox.name} has ${listed(allowed)}.`,
    hint:
      only === undefined
        ? 'Add a member to the inbox in Heymarket.'
        : `Add --sender "${only.name}", or set messaging.sender in heysync.yaml.`,
  })
}

/** Heymarket: group messages do not go out from toll-free numbers. Errors: ERR_USAGE. */
export function mustReachGroups(inbox: Inbox): void {
  const phones = [inbox.phone, ...inbox.phones].map((phone) => phone.replace(/\D/g, ''))
  if (!phones.some(isTollFree)) return
  throw new HeysyncError('ERR_USAGE', {
    message: `${inbox.name} has a toll-free number (${inbox.phone}), and group messages do not go out from one.`,
    hint: 'Take another inbox with --inbox, or text each person alone: heysync broadcast --phones …',
  })
}
