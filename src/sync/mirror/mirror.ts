// Owns the mirror as one value: the tables that hold both sides, behind one named function per statement.
import type { Db } from '../../db/open.ts'
import { type AlarmStore, alarmStore } from './alarms.ts'
import { type ConsentStore, consentStore } from './consent.ts'
import { type ContactStore, contactStore } from './contacts.ts'
import { type DriftStore, driftStore } from './drift.ts'
import { type ErasedStore, erasedStore } from './erased.ts'
import { type FullWalkStore, fullWalkStore } from './full-walk.ts'
import { type HintStore, hintStore } from './hints.ts'
import { type ImageStore, imageStore } from './images.ts'
import { type ListDraftStore, listDraftStore } from './list-draft.ts'
import { type ListDueStore, listDueStore } from './list-due.ts'
import { type ListStore, listStore } from './lists.ts'
import { type MemberImageStore, memberImageStore } from './member-images.ts'
import { type MemberPinStore, memberPinStore } from './member-pins.ts'
import { type MetaStore, metaStore } from './meta.ts'
import { type PinStore, pinStore } from './pins.ts'
import { type RecordStore, recordStore } from './records.ts'
import { type RemoteStore, remoteStore } from './remote.ts'
import { type SourceListStore, sourceListStore } from './source-lists.ts'
import { type SourceStore, sourceStore } from './sources.ts'
import { type WayStore, wayStore } from './ways.ts'

export interface Mirror {
  readonly sources: SourceStore
  readonly sourceLists: SourceListStore
  readonly records: RecordStore
  readonly contacts: ContactStore
  readonly remote: RemoteStore
  readonly consent: ConsentStore
  readonly erased: ErasedStore
  readonly fullWalk: FullWalkStore
  readonly drift: DriftStore
  readonly meta: MetaStore
  readonly ways: WayStore
  readonly lists: ListStore
  readonly listDue: ListDueStore
  readonly listDraft: ListDraftStore
  readonly images: ImageStore
  readonly pins: PinStore
  readonly memberImages: MemberImageStore
  readonly memberPins: MemberPinStore
  readonly alarms: AlarmStore
  readonly hints: HintStore
  /** Runs `work` in one transaction; `work` cannot await. */
  transaction<T>(work: () => T): T
}

export function openMirror(db: Db): Mirror {
  const erased = erasedStore(db)
  return {
    sources: sourceStore(db),
    sourceLists: sourceListStore(db),
    records: recordStore(db),
    contacts: contactStore(db),
    remote: remoteStore(db, erased),
    consent: consentStore(db, erased),
    erased,
    fullWalk: fullWalkStore(db),
    drift: driftStore(db),
    meta: metaStore(db),
    ways: wayStore(db),
    lists: listStore(db),
    listDue: listDueStore(db),
    listDraft: listDraftStore(db),
    images: imageStore(db),
    pins: pinStore(db),
    memberImages: memberImageStore(db),
    memberPins: memberPinStore(db),
    alarms: alarmStore(db),
    hints: hintStore(db),
    transaction: (work) => db.transaction(work).immediate(),
  }
}
