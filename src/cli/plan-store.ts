// Owns plan files on disk: where one is put, and reading one. They hold people, so only their owner may read them, and
// millions of changes, so they are written and read line by line.
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { HeysyncError } from '../lib/errors.ts'
import { inChunks } from '../lib/text-chunks.ts'
import { byTurns } from '../lib/turns.ts'
import { type Plan, planText } from '../sync/plan/plan-file.ts'
import { readPlanSteps } from '../sync/plan/read-plan.ts'
import type { RowStore } from '../sync/plan/row-store.ts'

/** `out`: a file, a folder, or true for the current folder. Returns the path. Errors: ERR_USAGE when it cannot be written. */
export function savePlan(plan: Plan, out: string | true, cwd: string): string {
  const given = resolve(cwd, out === true ? '.' : out)
  const there = statSync(given, { throwIfNoEntry: false })
  const path = there?.isDirectory() ? join(given, `heysync-plan-${plan.id.slice(0, 12)}.json`) : given
  try {
    // A pipe, or /dev/stdout.
    if (there && !there.isDirectory() && !there.isFile()) writeAll(openSync(path, 'w'), plan)
    else writeWhole(path, plan)
  } catch (cause) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The plan cannot be written to ${path}: ${(cause as Error).message}.`,
      hint: 'Name a file in a folder that is there: heysync plan --out plan.json',
      cause,
    })
  }
  return path
}

/** Under its name there is the plan before, or the whole of this one. */
function writeWhole(path: string, plan: Plan): void {
  const there = statSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync(path)
  const beside = `${there}.part`
  try {
    const file = openSync(beside, 'w', 0o600)
    // The mode above counts only for a file that was not there.
    fchmodSync(file, 0o600)
    writeAll(file, plan)
    renameSync(beside, there)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** Closes the file. */
function writeAll(file: number, plan: Plan): void {
  try {
    // Goes on until all of it is written.
    for (const chunk of inChunks(planText(plan))) writeFileSync(file, chunk)
    if (fstatSync(file).isFile()) fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Reads it into `store`. Errors: ERR_PLAN_INVALID. */
export async function loadPlan(given: string, cwd: string, store: RowStore): Promise<Plan> {
  const path = resolve(cwd, given)
  const source = {
    name: given,
    // What can be read only once is read as a whole.
    lines: () => (statSync(path).isFile() ? linesOf(path) : []),
    text: () => readFileSync(path, 'utf8'),
  }
  try {
    return await byTurns(readPlanSteps(source, store))
  } catch (cause) {
    if (cause instanceof HeysyncError) throw cause
    throw new HeysyncError('ERR_PLAN_INVALID', {
      message: `The plan ${given} cannot be read: ${(cause as Error).message}.`,
      hint: 'Name the file that `heysync plan --out` wrote.',
      cause,
    })
  }
}

const READ_BYTES = 262_144

/** Without their ends; what follows the last end is a line, too. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const decoder = new StringDecoder('utf8')
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    let rest = ''
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, read))).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    yield rest + decoder.end()
  } finally {
    closeSync(file)
  }
}
