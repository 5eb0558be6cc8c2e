// Owns the step of the wizard about what goes on by itself: when to look, who left, and lists by rule.
import type { RemovalRung } from '../../config/schema.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { compileListRules } from '../../sync/lists/rule.ts'
import type { Choice } from '../prompts.ts'
import type { Asking } from './ask.ts'
import { type Habits, type Mapping, USUAL_HABITS } from './draft.ts'

const NIGHTLY = '0 3 * * *'

const RUNGS: readonly Choice<RemovalRung>[] = (
  [
    ['removeFromLists', 'taken off its lists, nothing else (usual)'],
    ['keep', 'stays as it is'],
    ['tag', 'gets a tag'],
    ['clear', 'the mapped fields are blanked'],
    ['delete', 'deleted for good, maybe with the conversation'],
  ] as const
).map(([value, about]) => ({ value, label: `${value.padEnd(16)} ${about}` }))

export async function askHabits({ ask, given }: Asking, mapping: Mapping): Promise<Habits> {
  const schedule =
    given.schedule ??
    (await ask.pick<string | null>({
      message: 'How often shall `heysync run` look for changes?',
      choices: [
        { value: '*/5 * * * *', label: 'Every 5 minutes', hint: 'and compare everything at night' },
        { value: '*/15 * * * *', label: 'Every 15 minutes', hint: 'and compare everything at night' },
        { value: '0 * * * *', label: 'Every hour', hint: 'and compare everything at night' },
        { value: NIGHTLY, label: 'Once a night' },
        { value: null, label: 'Not by itself', hint: 'only when somebody types `heysync sync`' },
      ],
    }))
  const onRemoved =
    given.onRemoved ??
    (await ask.pick({ message: 'Somebody left the source. What becomes of the contact?', choices: RUNGS }))
  const removedTag =
    onRemoved === 'tag'
      ? (given.removedTag ??
        (await ask.text({
          message: 'Which tag? The account has to have it; `heysync check --create-tags` makes it.',
          initial: 'Former customer',
          check: notEmpty,
        })))
      : null
  const fullSchedule = schedule === null || schedule === NIGHTLY ? null : NIGHTLY
  const lists = await askLists(ask, mapping)
  return { ...USUAL_HABITS, schedule, fullSchedule, onRemoved, removedTag, lists }
}

async function askLists(ask: Asking['ask'], { custom, fields }: Mapping): Promise<Habits['lists']> {
  const lists: Habits['lists'][number][] = []
  for (;;) {
    const more = lists.length > 0
    const kind = await ask.pick<string>({
      message: more ? 'Another list?' : 'Keep a list in Heymarket by a rule?',
      choices: [
        { value: '', label: more ? 'No, that is all' : 'Not now', hint: '`lists:` in heysync.yaml' },
        { value: 'everybody', label: 'Everybody who may be texted' },
        ...Object.keys(custom).map((name) => ({
          value: `custom:${name}`,
          label: `Who has a certain ${name}`,
        })),
        ...(fields.tags === undefined ? [] : [{ value: 'tag', label: 'Who has a certain tag' }]),
        { value: 'rule', label: 'By a condition that I type', hint: 'contact.email != ""' },
      ],
    })
    if (kind === '') return lists
    lists.push(await askList(ask, kind))
  }
}

async function askList(ask: Asking['ask'], kind: string): Promise<Habits['lists'][number]> {
  if (kind === 'everybody') return { title: await askTitle(ask, 'Everybody'), where: '!contact.optedOut' }
  if (kind === 'rule') {
    const where = await ask.text({
      message: 'Who is on it? A CEL condition over `contact`; docs/mapping.md has examples.',
      placeholder: 'contact.email != "" && !contact.optedOut',
      check: notACondition,
    })
    return { title: await askTitle(ask, ''), where }
  }
  const value = await ask.text({ message: 'Which one?', check: notEmpty })
  const where =
    kind === 'tag'
      ? `${JSON.stringify(value)} in contact.tags && !contact.optedOut`
      : `contact.custom[${JSON.stringify(kind.slice('custom:'.length))}] == ${JSON.stringify(value)} && !contact.optedOut`
  return { title: await askTitle(ask, value), where }
}

function askTitle(ask: Asking['ask'], initial: string): Promise<string> {
  return ask.text({ message: 'What is the list called in Heymarket?', initial, check: notEmpty })
}

function notEmpty(typed: string): string | undefined {
  return typed.trim() === '' ? 'It cannot be empty.' : undefined
}

function notACondition(typed: string): string | undefined {
  try {
    compileListRules([{ title: 'list', where: typed, owned: false }])
    return undefined
  } catch (error) {
    return error instanceof HeysyncError ? (error.message.split('\n')[0] ?? '') : 'It cannot be read.'
  }
}
