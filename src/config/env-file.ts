// Owns the file .env beside a config: variables that `${NAME}` finds where the environment has none of that name.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

export type Env = Readonly<Record<string, string | undefined>>

/** The environment with what .env in this folder adds to it. What is set already wins, as under `node --env-file`. */
export function withEnvFile(env: Env, folder: string): Env {
  return { ...readEnvFile(join(folder, '.env')), ...env }
}

/** The variables of a file; none where it is not there, or is a folder. */
export function readEnvFile(path: string): Readonly<Record<string, string>> {
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Record<string, string>
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes(String((error as { code?: unknown }).code))) return {}
    throw error
  }
}

/**
 * The text of a .env with these variables in it: those that it has are replaced where they stand, the others are added.
 * Errors: a value that no .env can hold, such as one with both kinds of quotes.
 */
export function setInEnvFile(text: string, variables: ReadonlyMap<string, string>): string {
  let lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  for (const [name, value] of variables) {
    if ((parseEnv(text) as Record<string, string>)[name] === value) continue
    const written = `${name}=${quoted(name, value)}`
    const at = lines.findIndex((line) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(line))
    // The old value may go over several lines between quotes: then it is put out of force by the last one, which counts.
    if (at >= 0 && !/=\s*["'`][^"'`]*$/.test(lines[at] ?? '')) lines[at] = written
    else lines = [...lines, written]
  }
  return `${lines.join('\n')}\n`
}

/** Plain where that is clear, else in the first kind of quotes that gives the value back as it is. */
function quoted(name: string, value: string): string {
  const forms = [value, `'${value}'`, `"${value}"`, `\`${value}\``]
  const plain = /^[\w./:@%+,=~-]+$/.test(value)
  const form = forms.slice(plain ? 0 : 1).find((one) => parseEnv(`${name}=${one}\n`)[name] === value)
  if (form === undefined) throw new Error(`The value of ${name} cannot be written into a .env file.`)
  return form
}
