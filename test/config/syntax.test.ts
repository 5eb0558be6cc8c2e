import { describe, expect, test } from 'vitest'
import { config, errorOf, load } from './folder.ts'

describe('a file that is not YAML', () => {
  test.each([
    ['a tab', 'heymarket:\n\tauth: x\n', '2:1', 'tab', 'spaces'],
    ['a key twice', 'database: a\nresolve: fill\ndatabase: b\n', '3:1', 'twice', 'Keep one'],
    ['an open quote', 'database: "a\n', '1:13', 'closing quote', 'quotes'],
    ['an open bracket', 'sources: [\n\n', '1:11', 'bracket', 'brackets'],
    ['a bare cron expression', 'schedule: */5 * * * *\n', '1:11', 'alias', '"*/5 * * * *"'],
    ['an alias without its anchor', 'database: *nowhere\n', '1:11', 'alias', 'quotes'],
    ['a bare expression with ": "', "tags: =record.a ? 'b' : 'c'\n", '1:7', 'second ": "', 'single quotes'],
    ['a bare ! expression', 'filter: !record.archived\n', '1:9', 'tag', "'!record.archived'"],
    ['a bare reference inside of { }', 'auth: { apiKey: ${KEY} }\n', '1:18', 'without quotes', '"${NAME}"'],
    ['a second document', 'database: a\n---\ndatabase: b\n', '2:1', 'second document', '---'],
    ['a bad escape', 'database: "a\\q"\n', '1:13', 'backslash', 'single quotes'],
    ['a broken indent', 'log:\n    level: info\n  x: y\n', '3:1', 'indentation', 'spaces'],
  ])('%s is shown with its place and a way out', (_name, text, at, what, hint) => {
    const error = errorOf(() => load(text))
    expect(error.code).toBe('ERR_CONFIG_SYNTAX')
    expect(error.place).toBe(`heysync.yaml:${at}`)
    expect(error.message).toContain(`heysync.yaml:${at}: `)
    expect(error.message).toContain(what)
    expect(error.hint).toContain(hint)
  })

  test('the line stands above a caret at the column', () => {
    const error = errorOf(() => load('database: a\nfilter: !record.archived\n'))
    const [line, caret] = error.message.split('\n').slice(-2)
    expect(line).toBe('  filter: !record.archived')
    expect(caret?.indexOf('^')).toBe(line?.indexOf('!'))
  })

  test.each([
    ['nothing', ''],
    ['only comments', '# heysync\n'],
    ['null', '~\n'],
  ])('%s is called empty', (_name, text) => {
    const error = errorOf(() => load(text))
    expect(error.code).toBe('ERR_CONFIG_SYNTAX')
    expect(error.message).toBe('heysync.yaml is empty.')
    expect(error.hint).toContain('`heysync init`')
  })

  test('a list or a single value at the top is refused', () => {
    expect(errorOf(() => load('- id: x\n')).message).toContain('holds a list')
    expect(errorOf(() => load('hello\n')).message).toContain('holds a single value')
    expect(errorOf(() => load('# x\n\n- 1\n')).place).toBe('heysync.yaml:3:1')
  })

  test.each([
    ['bytes', Uint8Array.from([0x53, 0x51, 0x4c, 0, 1, 2]), 'not a text file'],
    ['invalid UTF-8', Uint8Array.from([0x61, 0x3a, 0x20, 0xff]), 'not a text file'],
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x61, 0]), 'UTF-16'],
  ])('%s are refused with a word about the encoding', (_name, bytes, what) => {
    const error = errorOf(() => load(bytes))
    expect(error.code).toBe('ERR_CONFIG_SYNTAX')
    expect(error.message).toContain(what)
  })

  test('a byte order mark and CRLF line ends are fine', () => {
    const text = `\uFEFF${config().replaceAll('\n', '\r\n')}`
    expect(load(text).config.sources[0]?.id).toBe('clinic')
  })

  test('an alias inside of its own anchor, endless nesting and exploding aliases are refused', () => {
    expect(errorOf(() => load('a: &a [*a]\n')).message).toContain('has no end')
    expect(errorOf(() => load(`a: ${'['.repeat(20_000)}`)).code).toBe('ERR_CONFIG_SYNTAX')
    expect(errorOf(() => load(`a: ${'['.repeat(500)}${']'.repeat(500)}`)).message).toContain(
      'nested too deeply',
    )
    const rows = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`)
    expect(errorOf(() => load(`a0: &a0 [x]\n${rows.join('\n')}\n`)).code).toBe('ERR_CONFIG_SYNTAX')
  })
})
