// Owns the targeted reads after webhooks: the contact of whoever an event was about, as Heymarket shows it now.
import type { ContactsApi } from '../../heymarket/contacts.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Mirror } from '../mirror/mirror.ts'

/** So many are read in one cycle; the rest comes with the next, or with the walk that every cycle does. */
const MOST = 50

/** Takes in what is read; nothing that was known is loosened by it (I3). Errors: those of the client's reads. */
export async function confirmHints(deps: {
  readonly mirror: Mirror
  readonly contacts: Pick<ContactsApi, 'lookUp'>
  readonly clock: Clock
}): Promise<void> {
  const { mirror, contacts, clock } = deps
  for (const hint of mirror.hints.all(MOST)) {
    const contact = await contacts.lookUp(hint.phone)
    mirror.transaction(() => {
      if (contact !== null) mirror.remote.read(contact, 0, clock.now())
      mirror.hints.drop(hint)
    })
  }
}
