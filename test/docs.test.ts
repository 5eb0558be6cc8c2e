// The documents say what the code says: generated parts are fresh, and every command, flag, path, link and config block
// that a document names is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { slug } from '../docs/.vitepress/slug.ts'
import { cliDocuments } from '../src/cli/docs.ts'
import { commands as table } from '../src/cli/table.ts'
import { ERROR_TABLE } from '../src/lib/errors.ts'
import { DIALECT_TABLE } from '../src/sandbox/dialects.ts'
import { type CycleReport, emptyReport } from '../src/sync/report.ts'
import { ENV, load } from './config/folder.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const commands = await Promise.all(table.map(async ({ name, load }) => ({ ...(await load()), name })))

const pages = ['README.md', 'CHANGELOG.md', ...below('docs')]
const texts = pages.map((path) => [path, read(path)] as const)

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort()
}

/** The fenced blocks of these languages. */
function blocks(text: string, ...languages: string[]): string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => languages.includes(match[1] ?? ''))
    .map((match) => match[2] ?? '')
}

/** What stands between single backticks, outside of fenced blocks. */
function codeSpans(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
}

const generated = await cliDocuments()

describe('generated parts', () => {
  test.each(generated.map((document) => [document.path, document] as const))(
    '%s is fresh (else: npm run build && node scripts/docs.mjs)',
    (path, document) => {
      const current = read(path)
      expect(current).toBe(document.render(current))
    },
  )

  test('every command has a section, examples and words of its own', () => {
    const page = read('docs/cli.md')
    for (const { name, about, examples } of commands) {
      expect(page.includes(`\n### ${name}\n\n${about}\n`), name).toBe(true)
      expect(about, name).not.toBe('')
      expect(examples.length, name).toBeGreaterThan(0)
    }
  })

  test('every error code is in docs/errors.md', () => {
    const page = read('docs/errors.md')
    for (const code of Object.keys(ERROR_TABLE)) expect(page.includes(`| \`${code}\` |`), code).toBe(true)
  })

  test('every error code that a page names exists', () => {
    for (const [path, text] of texts) {
      for (const [code] of text.matchAll(/\bERR_[A-Z_]+[A-Z]\b/g)) {
        expect(Object.keys(ERROR_TABLE), path).toContain(code)
      }
    }
  })

  test('every dialect has its place in docs/heymarket.md', () => {
    const page = read('docs/heymarket.md')
    for (const name of Object.keys(DIALECT_TABLE)) expect(page.includes(`\`${name}\``), name).toBe(true)
  })
})

describe('the object that sync --json prints', () => {
  const report: CycleReport = {
    ...emptyReport('01', 'full'),
    sources: [
      {
        id: 'clinic',
        mode: 'full',
        reason: null,
        read: 0,
        unchanged: 0,
        accepted: 0,
        rejected: 0,
        filtered: 0,
        deleted: 0,
        gone: 0,
      },
    ],
    failures: [{ source: 'clinic', code: 'ERR_SOURCE_FAILED', message: 'x', hint: 'y' }],
    alarms: [{ code: 'SEES_LESS', source: 'clinic', message: 'x', cycle: 'c1' }],
    reconcile: { mode: 'full', seen: 0, added: 0, changed: 0, missing: 0, count: null, complete: true },
  }

  function fieldsOf(value: object, prefix: string): string[] {
    return Object.entries(value).flatMap(([key, inner]) => {
      const name = `${prefix}${key}`
      if (Array.isArray(inner)) {
        const [first] = inner
        return [`${name}[]`, ...(typeof first === 'object' ? fieldsOf(first, `${name}[].`) : [])]
      }
      const isGroup = typeof inner === 'object' && inner !== null
      return [name, ...(isGroup ? fieldsOf(inner, `${name}.`) : [])]
    })
  }

  const page = read('docs/cli.md')
  const section = page.slice(page.indexOf('## What `sync --json` prints'))

  test('is explained field by field', () => {
    const rows = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])
    const lists = ['sources[]', 'failures[]', 'warnings[]', 'alarms[]']
    const fields = fieldsOf(report, '').filter((field) => lists.includes(field) || !field.endsWith('[]'))
    expect(rows.sort()).toEqual(fields.sort())
  })

  test('is shown whole', () => {
    const shown = JSON.parse(blocks(section, 'json')[0] ?? '{}')
    expect(Object.keys(shown)).toEqual(Object.keys(report))
    expect(Object.keys(shown.sources[0]).sort()).toEqual(Object.keys(report.sources[0] ?? {}).sort())
    for (const key of ['reconcile', 'plan', 'push'] as const) {
      expect(Object.keys(shown[key])).toEqual(Object.keys(report[key] ?? {}))
    }
  })
})

describe('what the pages name', () => {
  test.each(texts)('%s names paths that exist', (_path, text) => {
    const named = codeSpans(text).flatMap((span) => [
      ...span.matchAll(/(?<![\w./-])(?:src|test|connectors|docs|config|scripts)\/[\w./-]*/g),
    ])
    for (const [path] of named) expect(existsSync(join(root, path)), path).toBe(true)
  })

  test.each(texts)('%s links to pages and headings that exist', (path, text) => {
    for (const match of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)/g)) {
      const target = match[1] ? normalize(join(dirname(path), match[1])) : path
      expect(existsSync(join(root, target)), target).toBe(true)
      if (match[2] !== undefined) expect(headings(target), `${target}#${match[2]}`).toContain(match[2])
    }
  })

  test.each(texts)('%s runs npm scripts that exist', (_path, text) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const match of text.matchAll(/npm (?:run )?(?:--\S+ )*([a-z][\w:]*)/g)) {
      const name = match[1] ?? ''
      if (!['ci', 'link', 'run'].includes(name) && /^npm (run |test)/.test(match[0]))
        expect(Object.keys(scripts)).toContain(name)
    }
  })

  function headings(path: string): string[] {
    return [...read(path).matchAll(/^#+ (.+)$/gm)].map((match) => slug(match[1] ?? ''))
  }
})

describe('command lines', () => {
  const GLOBAL = ['--config', '-c', '--verbose', '-v', '--help', '-h', '--version', '-V']

  function commandLines(text: string): string[] {
    const fenced = blocks(text, 'sh', 'console').flatMap((block) =>
      block.split('\n').map((line) => line.replace(/^\$ /, '')),
    )
    return [...fenced, ...codeSpans(text)]
      .flatMap((line) => line.split(/&&|;|\|/))
      .map((line) => line.trim().replace(/^npx /, ''))
      .filter((line) => /^heysync [a-z]/.test(line))
      .filter((line) => !line.includes('…'))
  }

  function flagsOf(name: string): string[] {
    const command = commands.find((one) => one.name === name)
    const own = (command?.options ?? []).flatMap((option) => option.flags.match(/--[\w-]+/g) ?? [])
    return [...own, ...(command?.json === undefined ? [] : ['--json']), ...GLOBAL]
  }

  test.each(texts)('%s uses commands and flags that exist', (_path, text) => {
    for (const line of commandLines(text)) {
      const [, name = '', ...words] = line.replace(/ [>2<].*$/, '').split(/\s+/)
      // Output that begins with the program's name, as in `heysync rejections  1 record could …`.
      if (/^heysync [a-z]+ {2}/.test(line)) continue
      expect(
        commands.map((command) => command.name),
        line,
      ).toContain(name)
      for (const word of words.filter((one) => one.startsWith('-'))) {
        expect(flagsOf(name), line).toContain(word.split('=')[0])
      }
    }
  })

  test('examples of commands use their own flags', () => {
    for (const { name, examples } of commands) {
      for (const { line } of examples) {
        expect(line).toMatch(new RegExp(`^heysync ${name}\\b`))
        for (const flag of line.match(/(?<=\s)--[\w-]+/g) ?? []) expect(flagsOf(name), line).toContain(flag)
      }
    }
  })
})

describe('config blocks', () => {
  test.each(texts)('%s shows whole configs that load without a warning', (_path, text) => {
    for (const block of blocks(text, 'yaml', 'yml')) {
      const config: unknown = parse(block)
      const isWhole =
        typeof config === 'object' && config !== null && 'heymarket' in config && 'sources' in config
      if (isWhole) expect(load(block, { ...ENV, HEYSYNC_TOKEN: 'x'.repeat(24) }).warnings).toEqual([])
    }
  })
})

// Numbers that the pages tell and that only constants of the code know.
describe('numbers', () => {
  test.each([
    ['src/heymarket/transport.ts', /MAX_TRIES = (\d+)/, (n: string) => `cannot be read | ${n} |`],
    ['src/heymarket/transport.ts', /MAX_TRIES_RATE_LIMITED = (\d+)/, (n: string) => `got a 429 | ${n} |`],
    ['src/heymarket/transport.ts', /MAX_TRIES_UNREACHABLE = (\d+)/, (n: string) => `not be made | ${n} |`],
    ['src/sync/push/outcome.ts', /MAX_ATTEMPTS = (\d+)/, (n: string) => `while others got through | ${n} |`],
    [
      'src/sync/push/outcome.ts',
      /SECOND_LOOK_MS = (\d+)000\b/,
      (n: string) => `looked for again ${n} s later`,
    ],
    ['src/sync/push/push.ts', /PATIENCE_MS = (\d+)_000\b/, (n: string) => `at most ${n} seconds away`],
  ])('%s %s is the number in docs/operations.md', (path, constant, sentence) => {
    const [, number] = constant.exec(read(path)) ?? []
    expect(number).toBeDefined()
    const words = read('docs/operations.md').replace(/\s+/g, ' ')
    expect(words.includes(sentence(number ?? '')), sentence(number ?? '')).toBe(true)
  })
})
