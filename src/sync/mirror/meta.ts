// Owns meta: single values that the engine learnt or has to remember.
import type { Db } from '../../db/open.ts'

/** The closed list of what is remembered. */
export type MetaKey =
  | 'account' // team id of the account that the mirror stands for
  | 'remote_watermark' // newest `updated` that a reconcile covered, as an instant key
  | 'head_walked_at' // when a reconcile last began that passed everybody of the watermark's instant
  | 'walk_seq' // number of the last reconcile walk
  | 'full_walk_at' // when a full reconcile last completed
  | 'count_offset' // what /v1/contacts/count says beyond what a complete walk showed
  | 'shows_opt_out' // set once an answer showed is_opted_out
  | 'page_limit' // largest page that the account gave
  | 'page_rows' // most rows of a page that another one followed
  | 'resolve_fingerprint' // source order and resolve policy that the contacts were resolved with
  | 'diff_fingerprint' // what else the diff depends on: tag policy, field ids
  | 'guard_dials' // under which the last plan was guarded, as JSON
  | 'retry_basis' // names and mappings under which the dead letters were refused, as JSON RetryBasis
  | 'erase_salt' // under which the marks of erased people are made; written once, by the migration
  | 'paused' // ids of the sources that the service does not pull by schedule, as JSON
  | 'list_basis' // what everybody was last held against the rules of lists under; '' while that is going on; see list-due.ts
  | 'name_ids' // ids of custom fields and tags at the last comparison, as JSON

export interface MetaStore {
  get(key: MetaKey): string | undefined
  set(key: MetaKey, value: string): void
}

export function metaStore(db: Db): MetaStore {
  const get = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck()
  const set = db.prepare<[string, string]>(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  return { get: (key) => get.get(key), set: (key, value) => void set.run(key, value) }
}
