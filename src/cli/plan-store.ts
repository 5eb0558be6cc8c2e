// Owns plan files on disk: where one is put, and reading one. They hold people, so only their owner may read them.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { HeysyncError } from '../lib/errors.ts'
import { type PlanFile, planText, readPlan } from '../sync/plan/plan-file.ts'

/** `out`: a file, a folder, or true for the current folder. Returns the path. Errors: ERR_USAGE when it cannot be written. */
export function savePlan(plan: PlanFile, out: string | true, cwd: string): string {
  const given = resolve(cwd, out === true ? '.' : out)
  const folder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true
  const path = folder ? join(given, `heysync-plan-${plan.id.slice(0, 12)}.json`) : given
  try {
    writeFileSync(path, planText(plan), { mode: 0o600 })
    // The mode above counts only for a file that was not there.
    chmodSync(path, 0o600)
  } catch (cause) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The plan cannot be written to ${path}: ${(cause as Error).message}.`,
      hint: 'Name a file in a folder that is there: heysync plan --out plan.json',
      cause,
    })
  }
  return path
}

/** Errors: ERR_PLAN_INVALID. */
export function loadPlan(given: string, cwd: string): PlanFile {
  let text: string
  try {
    text = readFileSync(resolve(cwd, given), 'utf8')
  } catch (cause) {
    throw new HeysyncError('ERR_PLAN_INVALID', {
      message: `The plan ${given} cannot be read: ${(cause as Error).message}.`,
      hint: 'Name the file that `heysync plan --out` wrote.',
      cause,
    })
  }
  return readPlan(text, given)
}
