// Owns a folder where somebody writes a connector of their own: heysync as it is built, and what tests need, are installed.
import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tempFolder } from '../support/folder.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAM = process.env.HEYSYNC_TEST_PROGRAM ?? join(ROOT, 'dist/src/main.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
}

export interface Workshop {
  readonly folder: string
  write(name: string, text: string): void
  /** Runs `heysync …` there, or in a folder of it. */
  heysync(args: readonly string[], where?: string): Promise<Ended>
  /** Runs `vitest run` there. */
  vitest(where?: string): Promise<Ended>
}

export function aWorkshop(): Workshop {
  const folder = tempFolder()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/heysync'))
  for (const name of ['vitest', 'zod'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  const run = (args: readonly string[], where: string): Promise<Ended> => {
    const { PATH = '' } = process.env
    const env = { PATH, HOME: folder, NO_COLOR: '1', CI: 'true' }
    const child = spawn(process.execPath, args, { cwd: join(folder, where), env })
    let out = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        out += text
      })
    return new Promise((done, fail) => {
      child.on('error', fail)
      child.on('close', (code) => done({ code, out }))
    })
  }
  return {
    folder,
    write: (name, text) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    },
    heysync: (args, where = '.') => run([PROGRAM, ...args], where),
    vitest: (where = '.') => run([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'], where),
  }
}
