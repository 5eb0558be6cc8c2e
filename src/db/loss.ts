// Owns the question whether the database that is open is still the file at its path. A deleted or replaced file can be
// written as long as it is open, and everything written to it is lost: whoever goes on with it works for nobody.
import { type BigIntStats, statSync } from 'node:fs'
import { HeysyncError } from '../lib/errors.ts'

/** Call right after opening. The returned function throws ERR_DATABASE_LOST once another file, or none, is at `path`. */
export function lossGuard(path: string): () => void {
  const opened = look(path)
  return () => {
    const now = look(path)
    if (opened && now && opened.ino === now.ino && opened.dev === now.dev) return
    throw new HeysyncError('ERR_DATABASE_LOST', {
      message: `The database ${path} was ${now ? 'replaced' : 'deleted'} while heysync had it open.`,
      hint: 'Run the same command again: it works with the file that is there, or builds a new one from both sides. Next time stop heysync first.',
    })
  }
}

function look(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}
