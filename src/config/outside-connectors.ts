// Owns the connectors that do not come with heysync: a file or a package that the config names under `connector:`.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Connector } from '../connector/contract.ts'

const callable = <T>(what: string) =>
  z.custom<T>((value) => typeof value === 'function', { error: `${what} is not a function` })

const connectorSchema = z.looseObject({
  kind: z.string().min(1),
  summary: z.string(),
  options: z.custom<Connector['options']>(
    (value) => typeof value === 'object' && value !== null && '_zod' in value,
    { error: 'options is not a schema of zod 4' },
  ),
  capabilities: z.looseObject({
    incremental: z.enum(['watermark', 'token', 'none']),
    deletes: z.boolean(),
    merges: z.boolean(),
    consent: z.boolean(),
    lists: z.boolean().optional(),
    resumable: z.boolean(),
  }),
  fixedFields: z.boolean(),
  discover: callable<Connector['discover']>('discover'),
  pull: callable<Connector['pull']>('pull'),
})

const isPath = (name: string) => /^\.{1,2}[\\/]/.test(name) || isAbsolute(name)

/** Whether this word under `connector:` is a path or the name of a package, and so no kind of heysync's own. */
export const isOutside = (name: string) =>
  isPath(name) || /^(@[\w.~-]+\/[\w.~-]+|heysync-connector-[\w.~-]+)$/.test(name)

type Loaded = { readonly connector: Connector } | { readonly problem: string }

/** The connector that a config in this folder names so, or why it cannot be used, as the rest of a sentence. */
export async function loadOutside(name: string, baseDir: string): Promise<Loaded> {
  const file = isPath(name) ? fileAt(resolve(baseDir, name)) : fileOfPackage(name, baseDir)
  if (file === null) {
    return {
      problem: isPath(name)
        ? `is ${name}, and there is no such file in ${baseDir}`
        : `is ${name}, and no such package is installed; run \`npm install ${name}\` in ${baseDir}`,
    }
  }
  try {
    return connectorIn((await import(pathToFileURL(file).href)) as Record<string, unknown>, name)
  } catch (error) {
    return { problem: `is ${name}, which could not be loaded: ${whyNot(error)}` }
  }
}

/** A file, or the main file of a folder; null when there is neither. */
function fileAt(path: string): string | null {
  try {
    return createRequire(`${path}/`).resolve(path)
  } catch {
    return null
  }
}

/** Looked for where the config is and above, and beside heysync. */
function fileOfPackage(name: string, baseDir: string): string | null {
  for (const from of [join(baseDir, 'heysync.yaml'), import.meta.url]) {
    const folders = createRequire(from).resolve.paths(name) ?? []
    const folder = folders.map((one) => join(one, name)).find((one) => existsSync(join(one, 'package.json')))
    if (folder !== undefined) return entryOf(folder)
  }
  return null
}

const manifestSchema = z.looseObject({ exports: z.unknown(), main: z.string().optional() })

function entryOf(folder: string): string | null {
  const manifest = manifestSchema.safeParse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  const entry = manifest.success ? (exported(manifest.data.exports) ?? manifest.data.main) : undefined
  return fileAt(resolve(folder, entry ?? '.'))
}

/** The way in that a package declares for `import`. */
function exported(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const ways = exports as Record<string, unknown>
  return ['.', 'node', 'import', 'default'].map((way) => exported(ways[way])).find((way) => way !== undefined)
}

function connectorIn(module: Record<string, unknown>, name: string): Loaded {
  const found = module.default ?? module.connector
  if (found === undefined) {
    const names = Object.keys(module)
    const has = names.length === 0 ? 'exports nothing' : `exports ${names.join(', ')}`
    return {
      problem: `is ${name}, which ${has}; it must export its connector as default or as \`connector\``,
    }
  }
  const parsed = connectorSchema.safeParse(found)
  if (parsed.success) return { connector: found as Connector }
  const flaws = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
  return { problem: `is ${name}, whose export is no connector: ${flaws.join('; ')}` }
}

function whyNot(error: unknown): string {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: '', message: String(error) }
  const line = message.split('\n')[0]
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `Node ${process.versions.node} does not run TypeScript; build it to .js, or use Node 22.18 or later`
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return `${line}; run \`npm install\` in its folder, where heysync and zod must be installed too`
  return line ?? ''
}
