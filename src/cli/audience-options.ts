// Owns whom a broadcast is for, as the command line says it.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { App } from '../app.ts'
import { HeysyncError } from '../lib/errors.ts'
import { type Person, peopleById, peopleOf, peopleOnList, peopleWhere } from '../messaging/audience.ts'
import { phonesOf } from '../messaging/phones.ts'
import { type Call, type OptionSpec, text, texts } from './command.ts'
import type { Io } from './io.ts'
import { exactlyOne, listOf, ON_LIST } from './message-options.ts'

export const AUDIENCE_OPTIONS: readonly OptionSpec[] = [
  ON_LIST,
  { flags: '--phones <phones...>', summary: 'these numbers; @file reads one per line' },
  { flags: '--contacts <ids...>', summary: 'contacts by their ids in Heymarket' },
  { flags: '--where <rule>', summary: 'synced contacts that a CEL rule names' },
]

export interface Audience {
  /** What was asked for; the same again is the same broadcast. */
  readonly asked: Readonly<Record<string, unknown>>
  /** After a number of people: `on the list Premium`. */
  readonly words: string
  people(): Promise<Person[]>
}

/** Errors: ERR_USAGE, ERR_NAME_*, ERR_EXPRESSION. */
export async function audienceOf(call: Call, io: Pick<Io, 'cwd' | 'say'>, app: App): Promise<Audience> {
  const { client, engine, loaded } = app
  const { mirror } = engine
  switch (exactlyOne(call, ['list', 'phones', 'contacts', 'where'], 'Whom it is for')) {
    case 'list': {
      const list = await listOf(client, text(call, 'list') ?? '')
      return {
        asked: { list: list.id },
        words: `on the list ${list.name}`,
        people: () => peopleOnList({ client, mirror, tell: (line) => io.say(line) }, list.id),
      }
    }
    case 'phones': {
      const typed = texts(call, 'phones').flatMap((one) => numbersIn(one, io.cwd))
      const phones = phonesOf(typed, loaded.config.defaultCountry)
      return {
        // Kept with the broadcast, so nobody who was erased is in it; that they are left out is said with the rest.
        asked: { phones: phones.filter((phone) => !mirror.erased.has(phone)).sort() },
        words: 'by number',
        people: async () => peopleOf(mirror, phones),
      }
    }
    case 'contacts': {
      const ids = texts(call, 'contacts').flatMap((one) => one.split(',').map(contactId))
      return {
        asked: { contacts: [...ids].sort((a, b) => a - b) },
        words: 'by id',
        people: () => peopleById(client, ids),
      }
    }
    default: {
      const rule = text(call, 'where') ?? ''
      const sources = engine.sources.map(({ config }) => config.id)
      return {
        asked: { where: rule },
        words: `where ${rule}`,
        people: async () => peopleWhere(mirror, sources, rule),
      }
    }
  }
}

/** A number, several with commas, or `@file` with one or more per line; blank lines and what follows a # count for nothing. */
function numbersIn(typed: string, cwd: string): string[] {
  if (!typed.startsWith('@')) return typed.split(/[,;]/)
  const path = resolve(cwd, typed.slice(1))
  try {
    return readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .flatMap((line) => line.replace(/#.*$/, '').split(/[,;\t]/))
      .map((cell) => cell.trim())
      .filter((cell) => cell !== '')
  } catch (cause) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The file of --phones cannot be read: ${path}`,
      hint: 'Name a text file with one number per line: --phones @numbers.txt',
      cause,
    })
  }
}

function contactId(typed: string): number {
  if (/^[1-9]\d{0,15}$/.test(typed.trim())) return Number(typed)
  throw new HeysyncError('ERR_USAGE', {
    message: `--contacts "${typed}" is not an id.`,
    hint: 'Give the numbers of contacts in Heymarket, or their phones with --phones.',
  })
}
