// Owns finding the config file and reading it as text.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import { HeysyncError } from '../lib/errors.ts'
import { nearest } from '../lib/suggest.ts'

const FILE_NAME = 'heysync.yaml'
const OTHER_SPELLINGS = ['heysync.yml', '.heysync.yaml', '.heysync.yml', 'heysync.json', 'heysync.yaml.txt']

export interface WhereToLook {
  readonly path?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** Absolute path of the config file: `path`, else HEYSYNC_CONFIG, else ./heysync.yaml. It need not exist. */
export function locateConfig(where: WhereToLook): string {
  return resolve(where.cwd, where.path ?? (where.env.HEYSYNC_CONFIG || FILE_NAME))
}

/** A file as messages name it: relative to the working directory where it is inside it. */
export function displayName(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short
}

/**
 * The bytes of the config file.
 * @throws HeysyncError ERR_CONFIG_NOT_FOUND when there is none, it is a folder, or it may not be read.
 */
export function readConfigBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw notFound(path, error)
  }
}

/** True when every user of the machine may read the file. Windows has no such bit. */
export function isWorldReadable(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0
}

function notFound(path: string, error: unknown): HeysyncError {
  const code = (error as { code?: unknown }).code
  if (code === 'EISDIR') {
    return new HeysyncError('ERR_CONFIG_NOT_FOUND', {
      message: `${path} is a folder, not a config file.`,
      hint: `Name the file in it: --config ${resolve(path, FILE_NAME)}`,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new HeysyncError('ERR_CONFIG_NOT_FOUND', {
      message: `The config file ${path} is there, but this user may not read it.`,
      hint: `Let this user read it (see \`ls -l ${path}\`), or name another file with --config.`,
    })
  }
  const near = nearMiss(path)
  return new HeysyncError('ERR_CONFIG_NOT_FOUND', {
    message: `There is no config file at ${path}.`,
    hint:
      near === null
        ? 'Write one with `heysync init`, or name yours with --config FILE or HEYSYNC_CONFIG.'
        : `There is ${near}: rename it to ${basename(path)}, or run with --config ${near}`,
  })
}

/** A file in the same folder that was probably meant. */
function nearMiss(path: string): string | null {
  let names: string[]
  try {
    names = readdirSync(dirname(path))
  } catch {
    return null
  }
  const wanted = basename(path)
  const known = OTHER_SPELLINGS.find((name) => names.includes(name))
  const near = (wanted === FILE_NAME ? known : undefined) ?? nearest(wanted, names.filter(isConfigLike))
  return near === undefined || near === null ? null : resolve(dirname(path), near)
}

function isConfigLike(name: string): boolean {
  return /\.(ya?ml|json)(\.txt)?$/i.test(name)
}
