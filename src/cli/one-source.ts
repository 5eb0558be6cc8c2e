// Owns finding the one source that a command names.
import type { App } from '../app.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { Source } from '../sync/pull/pull.ts'

/** Errors: ERR_SOURCE_UNKNOWN, with the nearest id. */
export function sourceOf(app: App, wanted: string): Source {
  const [id] = app.sourceIds([wanted])
  const source = app.engine.sources.find((one) => one.config.id === id)
  if (source === undefined)
    throw new HeysyncError('ERR_INTERNAL', { message: `Source ${id} was not loaded.` })
  return source
}
