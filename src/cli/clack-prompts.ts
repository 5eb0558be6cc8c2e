// Owns the questions on a real terminal: @clack/prompts, with Esc as the way back and Ctrl-C as the way out.
import * as clack from '@clack/prompts'
import stringWidth from 'string-width'
import type { Io } from './io.ts'
import { Cancelled, type Prompts, type TextQuestion, WentBack } from './prompts.ts'
import { clip, wrap } from './table-text.ts'

/** From this many choices on they can be searched by typing. */
const MANY = 12
const SHOWN = 10
const FRAMES = ['◒', '◐', '◓', '◑']
const FRAME_MS = 90
/** Bar, mark and what clack keeps free, so that no choice goes over two lines. */
const AROUND = 17
const BRACKETS = 3
const LEAST_HINT = 12
/** The bar on the left, and a column that stays free. */
const RAIL = 4

interface Terminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly io: Pick<Io, 'color' | 'columns' | 'signal'>
}

export function clackPrompts({ input, output, io }: Terminal): Prompts {
  const { color, signal } = io
  const common = { input, output, signal }
  // Clack takes both keys for "cancel"; which one it was tells the way.
  let key = ''
  input.on('keypress', (_, pressed?: { name?: string }) => {
    key = pressed?.name ?? ''
  })
  const answered = async <T>(asked: Promise<T | symbol>): Promise<T> => {
    const answer = await asked
    if (!clack.isCancel(answer)) return answer as T
    throw key === 'escape' ? new WentBack() : new Cancelled()
  }
  const checked = (check: TextQuestion['check']) =>
    check === undefined ? {} : { validate: (typed: string | undefined) => check(typed ?? '') }
  const bar = color.dim('│')
  const put = (text: string) => void output.write(text)
  return {
    intro: (title) => clack.intro(title, common),
    step: (title) => put(`${bar}\n${color.cyan('●')}  ${color.bold(title)}\n`),
    say: (text) => {
      const lines = wrap(text, Math.max(30, io.columns - RAIL)).split('\n')
      put([bar, ...lines.map((line) => `${bar}  ${line}`), ''].join('\n'))
    },
    warn: (text) => clack.log.warn(text, common),
    outro: (text) => clack.outro(text, common),
    text: async ({ message, initial, placeholder, check }) =>
      (
        (await answered<string | undefined>(
          clack.text({
            ...common,
            message,
            ...(initial === undefined ? {} : { initialValue: initial }),
            ...(placeholder === undefined ? {} : { placeholder }),
            ...checked(check),
          }),
        )) ?? ''
      ).trim(),
    secret: async ({ message, check }) =>
      (
        (await answered<string | undefined>(clack.password({ ...common, message, ...checked(check) }))) ?? ''
      ).trim(),
    pick: async ({ message, choices, initial }) => {
      // By number, so that any value can stand behind a choice.
      const options = choices.map(({ label, hint }, value) => {
        const most = io.columns - AROUND
        const text = stringWidth(label) <= most ? label : clip(label, most)
        const left = io.columns - AROUND - stringWidth(text) - BRACKETS
        return { value, label: text, ...(hint && left > LEAST_HINT ? { hint: clip(hint, left) } : {}) }
      })
      const at = choices.findIndex(({ value }) => value === initial)
      const asked = { ...common, message, options, maxItems: SHOWN, ...(at >= 0 ? { initialValue: at } : {}) }
      for (;;) {
        const picked = await answered<number | undefined>(
          options.length > MANY
            ? clack.autocomplete({ ...asked, placeholder: 'type to search' })
            : clack.select(asked),
        )
        // A search that finds nothing can be entered all the same.
        const choice = picked === undefined ? undefined : choices[picked]
        if (choice !== undefined) return choice.value
      }
    },
    confirm: ({ message, initial = true }) =>
      answered<boolean>(clack.confirm({ ...common, message, initialValue: initial })),
    busy: async (doing, work) => {
      let at = 0
      const draw = () => put(`\r${color.magenta(FRAMES[at++ % FRAMES.length] ?? '')}  ${doing} …`)
      put(`${bar}\n`)
      draw()
      const timer = setInterval(draw, FRAME_MS)
      try {
        return await work()
      } finally {
        clearInterval(timer)
        put('\r\x1b[2K\x1b[1A\x1b[2K\r')
      }
    },
  }
}
