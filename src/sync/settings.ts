// Owns what a comparison of the two sides goes by, and when everything has to be compared again.

import type { Lookups } from './diff/lookups.ts'
import { type DiffSettings, diffFingerprint } from './diff/settings.ts'
import type { Engine } from './engine.ts'
import type { Mirror } from './mirror/mirror.ts'
import { stretches } from './mirror/stretch.ts'

export function diffSettings(engine: Engine, lookups: Lookups): DiffSettings {
  const { tagPolicy, tagPriority, policies, removal, onPhoneChange, clock } = engine
  return { lookups, tagPolicy, tagPriority, policies, removal, onPhoneChange, now: clock.now() }
}

/** Contacts that are marked in one step. */
const STRETCH = 10_000

/**
 * Names, ids and policies take part in every comparison: when they change, nothing counts as settled. A crash in between
 * loses nothing: until all is marked they count as changed.
 */
export function* compareAgainSteps(mirror: Mirror, settings: DiffSettings): Generator<void, void> {
  const fingerprint = diffFingerprint(settings)
  if (mirror.meta.get('diff_fingerprint') === fingerprint) return
  for (const stretch of stretches((after) => mirror.contacts.phoneBehind(after, STRETCH))) {
    mirror.contacts.unsettleStretch(stretch)
    yield
  }
  mirror.transaction(() => {
    const known = JSON.parse(mirror.meta.get('name_ids') ?? '{}') as Lookups['ids']
    const ids = { ...known, ...settings.lookups.ids }
    // A field or a tag that was deleted and made anew is blank everywhere, and nobody emptied it.
    if (Object.entries(known).some(([name, id]) => ids[name] !== id)) mirror.contacts.forgetNamedBases()
    mirror.meta.set('name_ids', JSON.stringify(ids))
    mirror.meta.set('diff_fingerprint', fingerprint)
  })
}
