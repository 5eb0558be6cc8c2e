// Owns how the demo talks: chapters, paragraphs as wide as the terminal, and time to read them.
import type { Io } from '../io.ts'
import { wrap } from '../table-text.ts'

/** Longer lines are tiring to read. */
const WIDEST = 88
/** How long a person gets before the next thing happens, in milliseconds. */
const BREATH_MS = 1200

export interface Voice {
  /** Begins a chapter. */
  chapter(title: string): Promise<void>
  /** One paragraph. */
  tell(text: string): void
  /** Lines as they are, indented. */
  show(lines: readonly string[]): void
  /** The command that runs next, as one would type it. */
  prompt(line: string): Promise<void>
}

/** Talks to somebody at a terminal with pauses, to a file or a pipe without; `fast` leaves the pauses out. */
export function voice(io: Io, chapters: number, fast: boolean): Voice {
  const { color } = io
  const width = Math.min(io.columns, WIDEST)
  let number = 0
  const breathe = async () => {
    if (io.terminal && !fast) await io.clock.sleep(BREATH_MS, io.signal)
  }
  return {
    async chapter(title) {
      number += 1
      if (number > 1) await breathe()
      io.data(`\n${color.bold(color.magenta(`${number}/${chapters}`))}  ${color.bold(title)}\n\n`)
    },
    tell: (text) => io.data(`${wrap(text, width)}\n`),
    show: (lines) => io.data(`${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}\n`),
    async prompt(line) {
      await breathe()
      io.data(`\n${color.dim('$')} ${color.cyan(color.bold(line))}\n`)
    },
  }
}
