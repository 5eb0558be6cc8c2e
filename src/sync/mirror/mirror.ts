// Owns the mirror as one value: the tables that hold both sides, behind one named function per statement.
import type { Db } from '../../db/open.ts'
import { type ConsentStore, consentStore } from './consent.ts'
import { type ContactStore, contactStore } from './contacts.ts'
import { type DriftStore, driftStore } from './drift.ts'
import { type MetaStore, metaStore } from './meta.ts'
import { type RecordStore, recordStore } from './records.ts'
import { type RemoteStore, remoteStore } from './remote.ts'
import { type SourceStore, sourceStore } from './sources.ts'

export interface Mirror {
  readonly sources: SourceStore
  readonly records: RecordStore
  readonly contacts: ContactStore
  readonly remote: RemoteStore
  readonly consent: ConsentStore
  readonly drift: DriftStore
  readonly meta: MetaStore
  /** Runs `work` in one transaction; `work` cannot await. */
  transaction<T>(work: () => T): T
}

export function openMirror(db: Db): Mirror {
  return {
    sources: sourceStore(db),
    records: recordStore(db),
    contacts: contactStore(db),
    remote: remoteStore(db),
    consent: consentStore(db),
    drift: driftStore(db),
    meta: metaStore(db),
    transaction: (work) => db.transaction(work).immediate(),
  }
}
