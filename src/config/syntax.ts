// Owns the way from bytes to a YAML document, and the errors of a file that is none.
import type { Document } from 'yaml'
import { isAlias, isMap, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { HeysyncError } from '../lib/errors.ts'
import type { Places } from './places.ts'
import { placesOf } from './places.ts'
import { isSecretName } from './secret-keys.ts'

export interface ParsedFile {
  readonly document: Document
  readonly places: Places
  /** The file as plain values: anchors and merges are resolved, `${…}` is not yet filled in. */
  readonly value: unknown
}

const MAX_DEPTH = 50

/**
 * Reads a config file's bytes as YAML 1.2.
 * @throws HeysyncError ERR_CONFIG_SYNTAX with the place, the line and what to do.
 */
export function parseConfigText(bytes: Uint8Array, file: string): ParsedFile {
  const text = decode(bytes, file)
  const lines = new LineCounter()
  let document: Document
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      merge: true,
      prettyErrors: false,
      uniqueKeys: true,
      version: '1.2',
      logLevel: 'error',
    })
  } catch (error) {
    throw tooDeep(file, error)
  }
  const places = placesOf(document, lines, file)
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw syntaxError(problem, text, lines, file)
  refuseBadAliases(document, places, (flaw) => syntaxError(flaw, text, lines, file))
  if (!isMap(document.contents)) throw notAMapping(document, file, places)
  try {
    return { document, places, value: document.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    throw tooDeep(file, error)
  }
}

function decode(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  try {
    if (!utf16) {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      if (!text.includes('\0')) return text
    }
  } catch {
    // Not UTF-8: said below.
  }
  throw new HeysyncError('ERR_CONFIG_SYNTAX', {
    message: utf16
      ? `${file} is saved as UTF-16; heysync reads UTF-8.`
      : `${file} is not a text file in UTF-8.`,
    hint: utf16
      ? 'Save it again with the encoding UTF-8.'
      : 'Check that --config names the YAML file, and that it is saved as UTF-8.',
    place: `${file}:1:1`,
  })
}

function notAMapping(document: Document, file: string, places: Places): HeysyncError {
  const { contents } = document
  const empty = contents === null || (document.toJS() ?? null) === null
  const what = isSeq(contents) ? 'a list' : 'a single value'
  return new HeysyncError('ERR_CONFIG_SYNTAX', {
    message: empty
      ? `${file} is empty.`
      : `${file} holds ${what} where keys such as heymarket: and sources: belong.`,
    hint: 'Write one with `heysync init`, or start from config/heysync.example.yaml.',
    place: places.of([]),
  })
}

/** Refuses aliases without end or anchor, and nesting beyond any sense, before anything walks the values. */
function refuseBadAliases(document: Document, places: Places, errorOf: (flaw: Flaw) => HeysyncError): void {
  visit(document, {
    Node: (_key, node, ancestors) => {
      const offset = node.range?.[0] ?? 0
      if (ancestors.length > MAX_DEPTH * 2) throw tooDeep(places.file, null, places.at(offset))
      if (!isAlias(node)) return
      const target = node.resolve(document)
      if (target === undefined) throw errorOf({ code: 'BAD_ALIAS', message: '', pos: [offset, offset] })
      if (ancestors.includes(target)) {
        throw new HeysyncError('ERR_CONFIG_SYNTAX', {
          message: `${places.at(offset)}: *${node.source} stands inside of what it names, so it has no end.`,
          hint: 'Write the values out instead of the alias.',
          place: places.at(offset),
        })
      }
    },
  })
}

function tooDeep(file: string, cause: unknown, place = `${file}:1:1`): HeysyncError {
  return new HeysyncError('ERR_CONFIG_SYNTAX', {
    message: `${file} is nested too deeply, or repeats its anchors too often, to be a config.`,
    hint: 'Start from config/heysync.example.yaml.',
    place,
    ...(cause === null ? {} : { cause }),
  })
}

/** What an error is made of: the parser's own, or one that only a walk over the document finds. */
interface Flaw {
  readonly code: string
  readonly message: string
  readonly pos: readonly [number, number]
}

function syntaxError(flaw: Flaw, text: string, lines: LineCounter, file: string): HeysyncError {
  const all = text.split(/\r?\n/)
  const { line, col } = visiblePlace(lines.linePos(Math.min(flaw.pos[0], text.length)), all)
  const shown = hideSecrets(all[line - 1] ?? '', all[line - 2] ?? '')
  const place = `${file}:${line}:${col}`
  const { what, hint } = explain(flaw, all[line - 1] ?? '')
  return new HeysyncError('ERR_CONFIG_SYNTAX', {
    message: `${place}: ${what}\n\n  ${shown.replaceAll('\t', ' ')}\n  ${' '.repeat(Math.max(0, col - 1))}^`,
    hint,
    place,
  })
}

interface LineAndColumn {
  readonly line: number
  readonly col: number
}

/** An open quote or bracket is noticed at the end of the file: point at the end of the text before. */
function visiblePlace({ line, col }: LineAndColumn, all: readonly string[]): LineAndColumn {
  const text = all[line - 1] ?? ''
  const alias = BARE_CRON.exec(text)
  if (alias) return { line, col: alias[0].length }
  if (text.trim() !== '') return { line, col }
  let last = line - 1
  while (last > 1 && (all[last - 1] ?? '').trim() === '') last -= 1
  return last < 1 ? { line, col } : { line: last, col: (all[last - 1] ?? '').trimEnd().length + 1 }
}

const BARE_CRON = /^[^#"']*:\s+\*(?=[/\d\s])/

/** Says a YAML error in plain words. The parser's own message is used only where it cannot quote the file. */
function explain(problem: Flaw, line: string): { what: string; hint: string } {
  if (problem.code === 'TAB_AS_INDENT' || /^ *\t/.test(line)) {
    return { what: 'a tab is used to indent; YAML takes only spaces.', hint: 'Replace the tab with spaces.' }
  }
  if (BARE_CRON.test(line)) {
    return {
      what: 'a value that begins with * means an alias in YAML.',
      hint: 'Put the cron expression in quotes: "*/5 * * * *"',
    }
  }
  if (/[{[,]\s*(\w+\s*:\s*)?\$\{/.test(line)) {
    return {
      what: '`${…}` without quotes cannot stand inside { } or [ ].',
      hint: 'Put it in quotes: "${NAME}"',
    }
  }
  const isFlow = problem.code === 'BAD_INDENT' && problem.message.startsWith('Flow ')
  const known = EXPLAINED[isFlow ? 'MISSING_CHAR' : problem.code]
  if (known) return known
  const fallback = 'Check the indentation, the quotes and the brackets here and on the line before.'
  return { what: 'this is not valid YAML.', hint: fallback }
}

const QUOTE_IT = 'Put the whole value in single quotes, e.g. \'=record.vip == "1" ? ["VIP"] : []\''

const EXPLAINED: Readonly<Record<string, { what: string; hint: string }>> = {
  DUPLICATE_KEY: { what: 'this key is there twice.', hint: 'Keep one of the two.' },
  BAD_ALIAS: {
    what: 'a value that begins with * means an alias in YAML, and no anchor has this name.',
    hint: 'Put the value in quotes.',
  },
  BAD_INDENT: {
    what: 'the indentation does not fit the lines above.',
    hint: 'Give keys of one group the same number of spaces.',
  },
  BAD_SCALAR_START: {
    what: 'a value cannot begin with this character without quotes.',
    hint: 'Put the value in quotes.',
  },
  BAD_DQ_ESCAPE: {
    what: 'this backslash means nothing in double quotes.',
    hint: 'Use single quotes, or write \\\\ for one backslash.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    what: 'this value holds a second ": ", which YAML takes for a key.',
    hint: QUOTE_IT,
  },
  MULTILINE_IMPLICIT_KEY: {
    what: 'a key does not end on its line.',
    hint: 'Check for a missing ":" here, or an open quote above.',
  },
  MISSING_CHAR: {
    what: 'something is missing here: a closing quote, a bracket, a comma or a ":".',
    hint: 'Check the quotes, the brackets and the colons here and on the line before.',
  },
  MULTIPLE_DOCS: { what: 'a second document begins here.', hint: 'Keep one document: remove the "---".' },
  TAG_RESOLVE_FAILED: {
    what: 'a value that begins with ! means a tag in YAML, and heysync knows none.',
    hint: "Put the expression in quotes, e.g. '!record.archived'",
  },
}

/** Keeps the line readable and its columns in place, but shows no secret that is written straight into the file. */
function hideSecrets(line: string, lineBefore: string): string {
  const opened = /([\w-]+)["']?\s*:\s*[|>]?[-+]?\s*$/.exec(lineBefore)
  if (opened?.[1] && isSecretName(opened[1])) return hidden(line)
  for (const match of line.matchAll(/([\w-]+)["']?\s*:/g)) {
    if (!isSecretName(match[1] ?? '')) continue
    const from = match.index + match[0].length
    return line.slice(0, from) + hidden(line.slice(from))
  }
  return line
}

function hidden(text: string): string {
  return text.replace(/\$\{[^}]*\}|[^\s"'{}[\],]/g, (piece) => (piece.length > 1 ? piece : '•'))
}
