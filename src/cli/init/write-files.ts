// Owns putting the answers on disk: both files whole or not at all, and nothing that heysync would not load again.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { connectors } from '../../../connectors/index.ts'
import { connectorsInUse } from '../../config/connectors-in-use.ts'
import { setInEnvFile, withEnvFile } from '../../config/env-file.ts'
import { loadConfig } from '../../config/load.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { compileListRules } from '../../sync/lists/rule.ts'
import { compileNormalizer } from '../../sync/normalize/normalize.ts'
import type { Io } from '../io.ts'
import { configText } from './config-text.ts'
import type { Draft } from './draft.ts'

export interface Written {
  /** Path of .env, where something went into it. */
  readonly envFile: string | null
}

/** Errors: ERR_CONFIG_*, ERR_EXPRESSION, and then nothing was written. */
export async function writeFiles(
  draft: Draft,
  target: string,
  io: Pick<Io, 'env' | 'cwd'>,
): Promise<Written> {
  const folder = dirname(target)
  const envFile = join(folder, '.env')
  const newConfig = `${target}.new-${process.pid}.yaml`
  const newEnv = `${envFile}.new-${process.pid}`
  const text = configText(draft)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(newConfig, text)
    await confirmLoads(newConfig, draft, io)
    if (draft.secrets.size > 0) {
      const before = existsSync(envFile) ? readFileSync(envFile, 'utf8') : ''
      writeFileSync(newEnv, setInEnvFile(before, draft.secrets), { mode: 0o600 })
      renameSync(newEnv, envFile)
    }
    renameSync(newConfig, target)
  } catch (error) {
    if (error instanceof HeysyncError) throw error
    throw new HeysyncError('ERR_USAGE', {
      message: `${target} could not be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: `Check that this user may write into ${folder}.`,
      cause: error,
    })
  } finally {
    for (const path of [newConfig, newEnv]) rmSync(path, { force: true })
  }
  return { envFile: draft.secrets.size > 0 ? envFile : null }
}

/** Credentials that are to come from the environment later are no reason to refuse. */
const LATER = { HEYMARKET_SECRET_ID: 'later', HEYMARKET_SECRET_KEY: 'later' }

async function confirmLoads(path: string, { secrets }: Draft, io: Pick<Io, 'env' | 'cwd'>): Promise<void> {
  const known = { ...LATER, ...withEnvFile(io.env, dirname(path)), ...Object.fromEntries(secrets) }
  const where = { path, env: known, cwd: io.cwd }
  const { config } = loadConfig({ ...where, connectors: await connectorsInUse(where, connectors) })
  for (const [index, source] of config.sources.entries())
    compileNormalizer(source, { defaultCountry: config.defaultCountry, keyPath: ['sources', index] })
  compileListRules(config.lists)
}

/** The .gitignore that should name .env and does not; null where there is no repository, or nothing to do. */
export function gitignoreWithoutEnv(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, '.gitignore')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/) : []
    if (lines.some((line) => /^\/?(\*\*\/)?(\.env|\.env\*|\*\.env)$/.test(line.trim()))) return null
    if (existsSync(join(at, '.git'))) return join(folder, '.gitignore')
    if (dirname(at) === at) return null
  }
}

export function ignoreEnv(gitignore: string): void {
  const text = existsSync(gitignore) ? readFileSync(gitignore, 'utf8') : ''
  appendFileSync(gitignore, `${text === '' || text.endsWith('\n') ? '' : '\n'}.env\n`)
}
