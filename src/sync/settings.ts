// Owns what a comparison of the two sides goes by, and when everything has to be compared again.

import type { Lookups } from './diff/lookups.ts'
import { type DiffSettings, diffFingerprint } from './diff/settings.ts'
import type { Engine } from './engine.ts'
import type { Mirror } from './mirror/mirror.ts'

export function diffSettings(engine: Engine, lookups: Lookups): DiffSettings {
  const { tagPolicy, tagPriority, policies, removal, onPhoneChange, clock } = engine
  return { lookups, tagPolicy, tagPriority, policies, removal, onPhoneChange, now: clock.now() }
}

/** Names, ids and policies take part in every comparison: when they change, nothing counts as settled. */
export function compareAgainWhenNeeded(mirror: Mirror, settings: DiffSettings): void {
  const fingerprint = diffFingerprint(settings)
  mirror.transaction(() => {
    if (mirror.meta.get('diff_fingerprint') === fingerprint) return
    const known = JSON.parse(mirror.meta.get('name_ids') ?? '{}') as Lookups['ids']
    const ids = { ...known, ...settings.lookups.ids }
    // A field or a tag that was deleted and made anew is blank everywhere, and nobody emptied it.
    if (Object.entries(known).some(([name, id]) => ids[name] !== id)) mirror.contacts.forgetNamedBases()
    mirror.contacts.unsettleAll()
    mirror.meta.set('name_ids', JSON.stringify(ids))
    mirror.meta.set('diff_fingerprint', fingerprint)
  })
}
