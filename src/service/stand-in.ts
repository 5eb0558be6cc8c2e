// Owns what the front can ask of the daemon for now: to read and write as soon as possible. The rest is the command line's.
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { Control, DaemonState } from './control.ts'
import type { DueQueue } from './due.ts'

export function standIn(app: App, clock: Clock, due: DueQueue): readonly [Control, DaemonState] {
  const byHand = async (): Promise<never> => {
    throw new HeysyncError('ERR_USAGE', {
      message: 'The service does not do this yet.',
      hint: 'The command line does: heysync --help.',
    })
  }
  const control: Control = {
    sync: async ({ mode, sources }) => {
      const ids = app.sourceIds(sources)
      due.add(mode, ids)
      return { cycle: app.engine.cycles.nextId(clock.now()) }
    },
    approve: byHand,
    redrive: byHand,
    pause: byHand,
    resume: byHand,
    reload: byHand,
  }
  return [control, { startedAt: clock.now(), next: {}, paused: [], problems: [], waiting: [] }]
}
