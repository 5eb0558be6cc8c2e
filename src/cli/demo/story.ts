// Owns the story of the demo: what happens, in which order, and the commands that make it happen. Nothing is made up:
// each command is the one that the command line runs, on the files of the stage.
import { check } from '../commands/check.ts'
import { rejections } from '../commands/rejections.ts'
import { sync } from '../commands/sync.ts'
import { why } from '../commands/why.ts'
import { columns, many } from '../table-text.ts'
import { EDITS, editFile } from './edits.ts'
import { run, type Typed } from './shell.ts'
import type { Stage } from './stage.ts'
import type { Voice } from './voice.ts'

const ACCOUNT_REQUESTS_PER_MINUTE = 500
const CHAPTERS = [theFile, theCheck, theFirstSync, theSecondSync, theEdit, theRejections, theReasons] as const

export const CHAPTER_COUNT = CHAPTERS.length

/** What each chapter works with. */
interface Scene {
  readonly stage: Stage
  readonly voice: Voice
  type(typed: Typed): Promise<void>
}

/** Tells the whole story. Errors: CommandFailed, and whatever a command throws. */
export async function tellStory(stage: Stage, voice: Voice): Promise<void> {
  const scene: Scene = { stage, voice, type: (typed) => run(stage.io, voice, typed) }
  voice.tell(
    "heysync keeps Heymarket's contacts equal to what your own systems say. See it at work on the patients of a small " +
      'clinic: 1,000 rows of a messy CSV file. It takes half a minute and needs no account; a sandbox on this machine ' +
      'plays Heymarket, and nothing leaves it.',
  )
  for (const chapter of CHAPTERS) await chapter(scene)
}

async function theFile({ stage, voice }: Scene): Promise<void> {
  await voice.chapter('The file')
  voice.tell('contacts.csv, as it came out of the clinic. Look at the phone numbers:\n')
  const people = stage
    .readFile()
    .split('\r\n')
    .slice(1, 12)
    .map((line) => line.split(','))
    .map(([id = '', first = '', last = '', mobile = '', phone = '']) => [
      id,
      [mobile, phone].filter((number) => number !== '').join(' | '),
      `${first} ${last}`,
    ])
  voice.show(columns(people, '').split('\n'))
  voice.tell('\nAnd so on, with people who are there twice, archived, opted out, or share one phone.')
}

async function theCheck({ voice, type }: Scene): Promise<void> {
  await voice.chapter('Does everything fit together?')
  voice.tell(
    'heysync.yaml says which column is what. `check` tries it all, and makes the tag that is missing.',
  )
  await type({ line: 'heysync check --create-tags', command: check, options: { createTags: true } })
}

async function theFirstSync({ stage, voice, type }: Scene): Promise<void> {
  await voice.chapter('The first sync')
  voice.tell('First the plan, then the work, then what came of it.')
  stage.requests()
  await type({ line: 'heysync sync', command: sync })
  const { reads, writes } = stage.requests()
  const people = stage.sandbox.store.contacts().length
  voice.tell(
    `\nHeymarket now holds ${many(people, 'person', 'people')}, each number once, after ${many(reads + writes, 'request')}: this ` +
      'sandbox takes many contacts in one. heysync tries a few first, reads them back, and then sends more. An account ' +
      `that takes them one by one allows ${ACCOUNT_REQUESTS_PER_MINUTE} requests a minute.`,
  )
}

async function theSecondSync({ stage, voice, type }: Scene): Promise<void> {
  await voice.chapter('The same again')
  voice.tell('Nothing has changed, so nothing should happen.')
  await type({ line: 'heysync sync', command: sync })
  const { reads, writes } = stage.requests()
  voice.tell(
    `\nIt cost ${many(reads, 'read request')} to see that Heymarket has no news, and ${writes === 0 ? 'no write' : many(writes, 'write')}.`,
  )
}

async function theEdit({ stage, voice, type }: Scene): Promise<void> {
  await voice.chapter('A Tuesday at the front desk')
  voice.tell('Somebody edits the file:\n')
  voice.show(EDITS.map(({ says }) => `- ${says}`))
  stage.writeFile(editFile(stage.readFile()))
  await type({ line: 'heysync sync', command: sync })
  const { writes } = stage.requests()
  voice.tell(
    `\n${many(EDITS.length, 'edit')}, ${many(writes, 'write')}, field by field. Nobody else was touched.`,
  )
}

async function theRejections({ voice, type }: Scene): Promise<void> {
  await voice.chapter('What could not be used')
  voice.tell('heysync never guesses a number, and never drops a row in silence.')
  await type({ line: 'heysync rejections', command: rejections, most: 23 })
}

async function theReasons({ voice, type }: Scene): Promise<void> {
  await voice.chapter('Why is this person in Heymarket, or not?')
  voice.tell('Ask about anybody, by record or by number. Walter Long did not make it:')
  await type({ line: 'heysync why P-1010', command: why, args: ['P-1010'] })
  voice.tell(
    '\nMaría López did. She is in the file twice, and one of the two says "no texts", so she gets none:',
  )
  await type({ line: 'heysync why "(415) 555-0123"', command: why, args: ['(415) 555-0123'] })
}
