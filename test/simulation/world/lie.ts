// Owns the lie of a system: it shows almost nobody, says that this is all, and nobody left. Only the guard can tell.
import type { Dial } from '../../../src/config/schema.ts'
import type { Account } from './account.ts'
import type { Knowledge } from './knowledge.ts'
import { type Business, type System, visible } from './people.ts'

/** Hides all but one record where that must trip the dial; false where it might not, and nothing is hidden. */
export function lie(
  { systems }: Business,
  system: System,
  { knowledge, account, dial, now }: { knowledge: Knowledge; account: Account; dial: Dial; now: number },
): boolean {
  const [kept, ...others] = visible(system, now)
  const hidden = new Set([...system.entries.keys()].filter((id) => id !== kept?.id))
  const shown = systems.filter((one) => one !== system).flatMap((one) => visible(one, now))
  const claimed = new Set([...shown, ...(kept ? [kept] : [])].map(({ version }) => version.phone))
  const wanted = new Set(account.wantedFrom(system))
  const held = claimedBy(system, now)
  const lost = knowledge
    .onlyFrom(system, hidden)
    .filter((phone) => wanted.has(phone) && held.has(phone) && !claimed.has(phone) && account.isPlain(phone))
  if (!kept || others.length === 0 || lost.length < dial.min) return false
  if (lost.length <= dial.ratio * account.mostOf(system)) return false
  system.hidden = hidden
  for (const phone of lost) account.protected.add(phone)
  return true
}

/** Numbers that the system really holds, whether or not it shows them. */
export function claimedBy(system: System, now: number): Set<string | null> {
  const all = visible({ ...system, hidden: new Set() }, now)
  return new Set(
    all.filter(({ version }) => !version.deleted && !version.archived).map(({ version }) => version.phone),
  )
}
