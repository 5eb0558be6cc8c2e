// Owns the question whether a file is finished: left alone for long enough, and announced where that is asked for.
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import type { FilesOptions } from './files-options.ts'
import { assertAnnounced } from './source.ts'
import { currentState, type FileState, type SourceFile, type Store, sameState } from './store/store.ts'

/**
 * Waits until each file has kept its state for settleMs, all together for at most settleTimeoutMs.
 * Returns the files with the state that they settled in.
 * @throws ConnectorError busy when one of them keeps changing, or vanishes meanwhile.
 */
export async function settleAll(
  store: Store,
  files: readonly SourceFile[],
  options: FilesOptions,
  context: ConnectorContext,
): Promise<readonly SourceFile[]> {
  if (store.finished === 'watch') return watchAll(store, files, options, context)
  const deadline = context.clock.now() + options.settleTimeoutMs
  const settled: SourceFile[] = []
  for (const file of files) {
    await assertAnnounced(store, file, options)
    if (store.finished === 'atomic') settled.push(file)
    else settled.push({ ...file, state: await settle(store, file, deadline, options.settleMs, context) })
  }
  return settled
}

async function settle(
  store: Store,
  file: SourceFile,
  deadline: number,
  settleMs: number,
  { clock, log, signal }: ConnectorContext,
): Promise<FileState> {
  let state = await currentState(store, file)
  // A time of change in the future (clocks of two machines differ) says nothing; then only watching helps.
  let changedAt = Math.min(state.mtimeMs, clock.now())
  for (;;) {
    const quietMs = clock.now() - changedAt
    if (quietMs >= settleMs) return state
    const leftMs = deadline - clock.now()
    if (leftMs <= 0) throw stillWritten(file)
    log.debug(`${file.label} changed ${Math.round(quietMs)} ms ago; waiting for it to be finished.`)
    await clock.sleep(Math.min(settleMs - quietMs, leftMs), signal)
    const next = await currentState(store, file)
    if (!sameState(state, next)) changedAt = clock.now()
    state = next
  }
}

/** Two looks at all files, settleMs apart; and one more at those that changed, until none did. */
async function watchAll(
  store: Store,
  files: readonly SourceFile[],
  options: FilesOptions,
  { clock, log, signal }: ConnectorContext,
): Promise<readonly SourceFile[]> {
  const deadline = clock.now() + options.settleTimeoutMs
  for (const file of files) await assertAnnounced(store, file, options)
  const states = new Map(files.map((file) => [file.path, file.state]))
  let moving = options.settleMs === 0 ? [] : files
  while (moving.length > 0) {
    const [first] = moving
    if (first !== undefined && clock.now() + options.settleMs > deadline) throw stillWritten(first)
    log.debug(`Looking again at ${moving.length} files in ${options.settleMs} ms, whether they are finished.`)
    await clock.sleep(options.settleMs, signal)
    const changed: SourceFile[] = []
    for (const file of moving) {
      const next = await currentState(store, file)
      if (!sameState(states.get(file.path) ?? file.state, next)) changed.push(file)
      states.set(file.path, next)
    }
    moving = changed
  }
  return files.map((file) => ({ ...file, state: states.get(file.path) ?? file.state }))
}

function stillWritten(file: SourceFile): ConnectorError {
  return new ConnectorError('busy', {
    message: `${file.label} is still being written.`,
    hint: 'Nothing was taken from it; the next run tries again. Raise settleTimeoutMs if the export takes long, or let it write to another name and rename.',
  })
}
