// The bar of something long: all its words fit the line, however wide the terminal is.
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { progress } from '../../src/cli/progress.ts'

/** What the terminal shows first. */
function shown(columns: number, total: number): string {
  const errorStream = Object.assign(new PassThrough(), { isTTY: true, columns })
  const io = { terminal: true, columns, errorStream, color: createColors(false) } as unknown as Io
  const bar = progress(io, 'written')
  bar.update(total / 2, total, '303 confirmed, less than a minute left')
  // One read gives all that was written, or one piece of it: that depends on the Node.
  const pieces: string[] = []
  for (let piece = errorStream.read(); piece !== null; piece = errorStream.read()) pieces.push(String(piece))
  bar.stop()
  return stripVTControlCharacters(pieces.join(''))
}

test.each([
  [160, 40],
  [111, 34],
  [83, 6],
])('in %i columns there is a bar of %i beside its words', (columns, bar) => {
  const line = shown(columns, 600_000)
  expect(line).toContain('  50 %  300,000 of 600,000 written  303 confirmed, less than a minute left')
  expect(line.match(/[━─]/g)).toHaveLength(bar)
  expect(line.trimEnd().length).toBeLessThan(columns)
})

test('where the words leave no room they stand alone', () => {
  const line = shown(82, 600_000)
  expect(line).toContain('50 %  300,000 of 600,000 written  303 confirmed, less than a minute left')
  expect(line).not.toMatch(/[━─]/)
})
