// Owns the backup: a copy of the database as it is at one instant, made while cycles run, and checked before it counts.
import { renameSync, rmSync, statSync } from 'node:fs'
import type { Db } from '../db/open.ts'
import { HeysyncError } from '../lib/errors.ts'
import { type BackupFacts, inspectBackup } from './inspect.ts'

export interface BackupDone extends BackupFacts {
  readonly path: string
  readonly bytes: number
}

/**
 * Writes a copy to `path`, which is only there once it is whole. Errors: ERR_USAGE where the file exists and is not to be
 * replaced, ERR_DATABASE_OPEN where it cannot be written or does not pass its check.
 */
export function backup(db: Db, path: string, options: { replace: boolean }): BackupDone {
  if (!options.replace && statSync(path, { throwIfNoEntry: false })) {
    throw new HeysyncError('ERR_USAGE', {
      message: `${path} is there already.`,
      hint: 'Name another file, e.g. with the date in it, or add --replace.',
    })
  }
  const unfinished = `${path}.unfinished`
  rmSync(unfinished, { force: true })
  try {
    // One read transaction: what others write meanwhile is not in it, and they do not wait for it.
    db.prepare('VACUUM INTO ?').run(unfinished)
    const facts = inspectBackup(unfinished)
    const { size: bytes } = statSync(unfinished)
    renameSync(unfinished, path)
    return { ...facts, path, bytes }
  } catch (cause) {
    rmSync(unfinished, { force: true })
    if (cause instanceof HeysyncError) throw cause
    throw new HeysyncError('ERR_DATABASE_OPEN', {
      message: `The backup ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Its folder must be there, writable, and have as much room as the database takes. No older backup was touched.',
      cause,
    })
  }
}
