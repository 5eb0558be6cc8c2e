// Owns the first files of a new connector: written from templates that stand beside this file. Nothing is overwritten.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { HeysyncError } from '../lib/errors.ts'

/** Template to where it goes. */
const FILES: Readonly<Record<string, string>> = {
  'package.json.txt': 'package.json',
  'connector.js.txt': 'connector.js',
  'options.js.txt': 'options.js',
  'world.js.txt': 'test/world.js',
  'connector.test.js.txt': 'test/connector.test.js',
  'heysync.example.yaml.txt': 'heysync.example.yaml',
  'README.md.txt': 'README.md',
}

/** The folder that was made, and the files in it. Errors: ERR_USAGE when the name does not do or the folder is there. */
export function scaffold(kind: string, cwd: string): { folder: string; files: readonly string[] } {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(kind)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `"${kind}" cannot be the name of a connector: use lower-case letters, digits and -.`,
      hint: 'heysync connectors new front-desk',
    })
  }
  const folder = resolve(cwd, `heysync-connector-${kind}`)
  if (existsSync(folder)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `${folder} is there already; it was not touched.`,
      hint: 'Take another name, or move it away.',
    })
  }
  for (const [template, name] of Object.entries(FILES)) {
    const text = readFileSync(new URL(`./scaffold/${template}`, import.meta.url), 'utf8')
    const target = join(folder, name)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text.replaceAll('__kind__', kind))
  }
  return { folder, files: Object.values(FILES) }
}
