// Owns what this page calls the states of things. Pure. What is not known here is shown as it came.
import type { ChangeRow } from '../api/types.ts'

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet'

interface Said {
  readonly text: string
  readonly tone: Tone
}

const STATES: Readonly<Record<string, Said>> = {
  ok: { text: 'In step', tone: 'good' },
  syncing: { text: 'Syncing', tone: 'info' },
  failing: { text: 'Failing', tone: 'bad' },
  paused: { text: 'Paused', tone: 'quiet' },
  never: { text: 'Not read yet', tone: 'quiet' },
  waiting: { text: 'Waiting', tone: 'quiet' },
  running: { text: 'Running', tone: 'info' },
  held: { text: 'Held', tone: 'warn' },
  failed: { text: 'Failed', tone: 'bad' },
  interrupted: { text: 'Interrupted', tone: 'warn' },
  written: { text: 'Written', tone: 'good' },
  dead: { text: 'Dead letter', tone: 'bad' },
  unsettled: { text: 'Outcome not known', tone: 'warn' },
  retrying: { text: 'Tried again', tone: 'info' },
  accepted: { text: 'Accepted', tone: 'good' },
  wanted: { text: 'Wanted', tone: 'good' },
  heymarket: { text: 'Only in Heymarket', tone: 'quiet' },
  removeFromLists: { text: 'Left, off lists', tone: 'quiet' },
  keep: { text: 'Left, kept', tone: 'quiet' },
  tag: { text: 'Left, tagged', tone: 'quiet' },
  clear: { text: 'Left, cleared', tone: 'quiet' },
  delete: { text: 'Left, deleted', tone: 'quiet' },
  rejected: { text: 'Rejected', tone: 'bad' },
  filtered: { text: 'Filtered', tone: 'quiet' },
  deleted: { text: 'Deleted', tone: 'quiet' },
  gone: { text: 'Gone', tone: 'quiet' },
  on: { text: 'On the list', tone: 'good' },
  refused: { text: 'Refused', tone: 'bad' },
  done: { text: 'Sent', tone: 'good' },
  sent: { text: 'Sent', tone: 'good' },
  scheduled: { text: 'Scheduled', tone: 'info' },
}

export function said(state: string): Said {
  return STATES[state] ?? { text: state.charAt(0).toUpperCase() + state.slice(1), tone: 'quiet' }
}

/** A cycle that went well is done, not in step. */
export function saidOfCycle(status: string): Said {
  return status === 'ok' ? { text: 'Done', tone: 'good' } : said(status)
}

const KIND: Readonly<Record<ChangeRow['kind'], string>> = {
  create: 'Create',
  update: 'Update',
  remove: 'Remove',
  listAdd: 'Add to list',
  listRemove: 'Take off list',
}

export const kindText = (kind: string): string => KIND[kind as ChangeRow['kind']] ?? kind

/** How far a removal goes; the title of a list stays what it is. */
export const RUNGS: Readonly<Record<string, string>> = {
  keep: 'kept as they are',
  tag: 'gets a tag',
  removeFromLists: 'off every list',
  clear: 'fields cleared',
  delete: 'deleted',
}

export const modeText = (mode: string): string => (mode === 'full' ? 'Full resync' : 'Incremental')

const TRIGGERS: Readonly<Record<string, string>> = {
  schedule: 'by schedule',
  api: 'by hand, here',
  sync: 'by hand',
  resync: 'by hand',
  approve: 'after approval',
  redrive: 'redrive',
  undo: 'undo',
  apply: 'a saved plan',
  plan: 'plan only',
}
export const triggerText = (trigger: string): string => TRIGGERS[trigger] ?? trigger

const REASONS: Readonly<Record<string, string>> = {
  hand: 'it was asked for',
  schedule: 'its full schedule came due',
  first: 'the database did not hold it yet',
  configChanged: 'its mapping or its options changed',
  cursorExpired: 'the source did not know any more what changed since the last pull',
}
/** To be put after "because". */
export const reasonText = (reason: string): string => REASONS[reason] ?? reason

const PHASES: Readonly<Record<string, string>> = {
  pull: 'Reading sources',
  reconcile: 'Reading Heymarket',
  push: 'Writing',
}
export const phaseText = (phase: string | null): string =>
  phase === null ? 'Getting ready' : (PHASES[phase] ?? phase)

const LANES: Readonly<Record<string, string>> = {
  consent: 'Opt-outs',
  interactive: 'Asked for by hand',
  incremental: 'News',
  backfill: 'First load',
  scrub: 'Removals',
}
export const laneText = (lane: string): string => LANES[lane] ?? lane
