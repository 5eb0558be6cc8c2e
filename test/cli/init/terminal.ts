// Owns a person at a terminal: answers to the wizard's questions, everything that was shown, and a folder of their own.
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createColors } from 'picocolors'
import { onTestFinished } from 'vitest'
import { init } from '../../../src/cli/commands/init.ts'
import type { Io } from '../../../src/cli/io.ts'
import { Cancelled, type Choice, type Prompts, WentBack } from '../../../src/cli/prompts.ts'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'
import { tempFolder } from '../../support/folder.ts'

export const BACK = Symbol('Esc')
export const LEAVE = Symbol('Ctrl-C')

/** A question, by words of it, and the answer: what is typed, words of a choice, or yes and no. Each is given once. */
export type Answer = readonly [question: string, answer: string | boolean | typeof BACK | typeof LEAVE]

export interface Terminal {
  readonly dir: string
  readonly sandbox: Sandbox
  /** Everything that was shown, questions too. */
  seen(): string
  /** Runs `init` with these flags; what is not answered here takes what is proposed. */
  init(answers: readonly Answer[], options?: Readonly<Record<string, unknown>>): Promise<number>
  write(name: string, content: string | Uint8Array): void
  read(name: string): string
  has(name: string): boolean
}

export async function terminal(clock: Clock = systemClock): Promise<Terminal> {
  const dir = tempFolder()
  const sandbox = await startSandbox({ port: 0, requestsPerMinute: 100_000 })
  onTestFinished(() => sandbox.close())
  const shown: string[] = []
  const show = (text: string) => void shown.push(text)
  return {
    dir,
    sandbox,
    seen: () => shown.join('\n'),
    write: (name, content) => {
      const path = join(dir, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
      // Nobody waits for it to settle.
      const earlier = new Date(Date.now() - 60_000)
      utimesSync(path, earlier, earlier)
    },
    read: (name) => readFileSync(join(dir, name), 'utf8'),
    has: (name) => existsSync(join(dir, name)),
    init: async (answers, options = {}) => {
      const left = [...answers]
      const io: Io = {
        data: show,
        dataParts: async (parts) => show([...parts].join('')),
        say: show,
        confirm: async () => false,
        interactive: true,
        prompts: async () => scripted(left, show),
        terminal: true,
        columns: 80,
        color: createColors(false),
        env: {},
        cwd: dir,
        signal: new AbortController().signal,
        clock,
        random: Math.random,
        errorStream: process.stderr,
        onHangUp: () => {},
        uptimeMs: () => 0,
      }
      const code = await init.run({ args: [], options: { baseUrl: sandbox.url, ...options } }, io)
      if (left.length > 0)
        throw new Error(`Nobody asked: ${left.map(([question]) => question).join(', ')}\n${shown.join('\n')}`)
      return code
    },
  }
}

function scripted(left: Answer[], show: (text: string) => void): Prompts {
  const answer = (message: string): Answer[1] | undefined => {
    show(`? ${message}`)
    const at = left.findIndex(([question]) => message.includes(question))
    const found = at < 0 ? undefined : left.splice(at, 1)[0]?.[1]
    if (found === BACK) throw new WentBack()
    if (found === LEAVE) throw new Cancelled()
    return found
  }
  const typed = (
    message: string,
    check: ((text: string) => string | undefined) | undefined,
    usual?: string,
  ) => {
    const text = answer(message) ?? usual
    if (typeof text !== 'string') throw new Error(`No answer to: ${message}`)
    const wrong = check?.(text)
    if (wrong !== undefined) throw new Error(`${message}: ${text}: ${wrong}`)
    return text
  }
  return {
    intro: show,
    step: show,
    say: show,
    warn: show,
    outro: show,
    text: async ({ message, initial, check }) => {
      const text = typed(message, check, initial)
      show(text)
      return text
    },
    secret: async ({ message, check }) => typed(message, check),
    pick: async <T>({
      message,
      choices,
      initial,
    }: {
      message: string
      choices: readonly Choice<T>[]
      initial?: T
    }) => {
      const words = answer(message)
      const usual = choices.find(({ value }) => value === initial) ?? choices[0]
      const picked = words === undefined ? usual : choices.find(({ label }) => label.includes(String(words)))
      if (picked === undefined)
        throw new Error(
          `${message}: no choice "${String(words)}" in:\n${choices.map(({ label }) => label).join('\n')}`,
        )
      show(picked.label)
      return picked.value
    },
    confirm: async ({ message, initial = true }) => (answer(message) ?? initial) as boolean,
    busy: (_, work) => work(),
  }
}
