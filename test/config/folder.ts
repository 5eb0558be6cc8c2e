// Owns what the config tests share: a temporary folder with a config in it, a load of it, and the error it gives.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { LoadedConfig } from '../../src/config/load.ts'
import { loadConfig } from '../../src/config/load.ts'
import { HeysyncError } from '../../src/lib/errors.ts'
import { connectors } from '../support/connectors.ts'

export const ENV = { HEYMARKET_SECRET_ID: 'id-7Q', HEYMARKET_SECRET_KEY: 'key-hunter2-hunter2' }

/** The smallest config, with a mark for more top-level lines and more lines of its source. */
export function config(more: { heymarket?: string; source?: string; top?: string } = {}): string {
  return `heymarket:
  auth: { secretId: "\${HEYMARKET_SECRET_ID}", secretKey: "\${HEYMARKET_SECRET_KEY}" }
${more.heymarket ?? ''}sources:
  - id: clinic
    connector: csv
    options: { path: ./contacts.csv, idColumn: id }
    map: { phone: mobile }
${more.source ?? ''}${more.top ?? ''}`
}

/** A folder with these files, gone when the test ends. */
export function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = mkdtempSync(join(tmpdir(), 'heysync-config-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content, { mode: 0o600 })
  }
  return path
}

export function load(text: string | Uint8Array, env: Readonly<Record<string, string>> = ENV): LoadedConfig {
  return loadConfig({ env, cwd: folder({ 'heysync.yaml': text }), connectors })
}

/** The error that loading gives; the test fails when there is none, or it is not a HeysyncError. */
export function errorOf(run: () => unknown): HeysyncError {
  try {
    run()
  } catch (error) {
    if (error instanceof HeysyncError) return error
    throw error
  }
  throw new Error('There was no error.')
}

/** The problem lines of an error about text, without the head line. */
export function problems(text: string, env: Readonly<Record<string, string>> = ENV): string[] {
  const error = errorOf(() => load(text, env))
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}
