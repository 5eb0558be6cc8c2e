// The table of checks, in the order in which they are run.
import { changes } from './changes.ts'
import type { Check } from './check.ts'
import { hostile } from './hostile.ts'
import { leaving } from './leaving.ts'
import { lists } from './lists.ts'
import { memory } from './memory.ts'
import { reading } from './reading.ts'
import { settingUp } from './setting-up.ts'
import { stopping } from './stopping.ts'
import { trouble } from './trouble.ts'

export const CHECKS: readonly (readonly [string, readonly Check[]])[] = [
  ['setting up', settingUp],
  ['reading everything', reading],
  ['reading news', changes],
  ['who leaves, and who must not be texted', leaving],
  ['lists of the source', lists],
  ['bad days', trouble],
  ['answers of another kind', hostile],
  ['being stopped', stopping],
  ['a large source', memory],
]
