// Owns the question whether a file is finished: left alone for long enough, and announced where that is asked for.
import { access } from 'node:fs/promises'
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import { type FileState, readState, type SourceFile, sameState } from './files.ts'
import type { CsvOptions } from './options.ts'

/** @throws ConnectorError busy when the file that announces this one is missing. */
async function assertReady(file: SourceFile, options: CsvOptions): Promise<void> {
  if (options.readySuffix === undefined) return
  const sentinel = `${file.label}${options.readySuffix}`
  await access(`${file.path}${options.readySuffix}`).catch((cause: unknown) => {
    throw new ConnectorError('busy', {
      message: `${file.label} is not announced as finished: there is no ${sentinel}.`,
      hint: `Have the export write ${sentinel} when it is done, or remove readySuffix from the options.`,
      cause,
    })
  })
}

/**
 * Waits until each file has kept size and time of change for settleMs, all together for at most settleTimeoutMs.
 * Returns the files with the state that they settled in.
 * @throws ConnectorError busy when one of them keeps changing, or vanishes meanwhile.
 */
export async function settleAll(
  files: readonly SourceFile[],
  options: CsvOptions,
  context: ConnectorContext,
): Promise<readonly SourceFile[]> {
  const deadline = context.clock.now() + options.settleTimeoutMs
  const settled: SourceFile[] = []
  for (const file of files) {
    await assertReady(file, options)
    settled.push({ ...file, state: await settle(file, deadline, options.settleMs, context) })
  }
  return settled
}

async function settle(
  file: SourceFile,
  deadline: number,
  settleMs: number,
  { clock, log, signal }: ConnectorContext,
): Promise<FileState> {
  let state = await currentState(file)
  // A time of change in the future (clocks of two machines differ) says nothing; then only watching helps.
  let changedAt = Math.min(state.mtimeMs, clock.now())
  for (;;) {
    const quietMs = clock.now() - changedAt
    if (quietMs >= settleMs) return state
    const leftMs = deadline - clock.now()
    if (leftMs <= 0) throw stillWritten(file)
    log.debug(`${file.label} changed ${Math.round(quietMs)} ms ago; waiting for it to be finished.`)
    await clock.sleep(Math.min(settleMs - quietMs, leftMs), signal)
    const next = await currentState(file)
    if (!sameState(state, next)) changedAt = clock.now()
    state = next
  }
}

/** The state of a file that was there a moment ago. @throws ConnectorError busy when it is gone now. */
async function currentState(file: SourceFile): Promise<FileState> {
  try {
    return await readState(file.path, file.label)
  } catch (error) {
    if (!(error instanceof ConnectorError && error.kind === 'not-found')) throw error
    throw new ConnectorError('busy', {
      message: `${file.label} was there and is gone: it is being replaced.`,
      hint: 'Nothing was taken from it. The next run reads it.',
      cause: error,
    })
  }
}

function stillWritten(file: SourceFile): ConnectorError {
  return new ConnectorError('busy', {
    message: `${file.label} is still being written.`,
    hint: 'Nothing was taken from it; the next run tries again. Raise settleTimeoutMs if the export takes long, or let it write to another name and rename.',
  })
}

/** @throws ConnectorError busy when the file on disk is no longer the one that was read. */
export async function assertUnchanged(file: SourceFile): Promise<void> {
  if (!sameState(file.state, await currentState(file))) throw changedMeanwhile(file)
}

export function changedMeanwhile(file: SourceFile): ConnectorError {
  return new ConnectorError('busy', {
    message: `${file.label} changed while it was being read.`,
    hint: 'Nobody is removed because of this pull. The next run reads it again from the start.',
  })
}
