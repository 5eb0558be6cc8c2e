// Owns the wizard's way from the first question to the last: the steps in order, and back. Nothing is written on it.
import { stringify } from 'yaml'
import { WentBack } from '../prompts.ts'
import { columns, wrap } from '../table-text.ts'
import { type Asking, lineWidth } from './ask.ts'
import { type AnsweredAccount, askAccount } from './ask-account.ts'
import { askHabits } from './ask-habits.ts'
import { type AnsweredMapping, askMapping } from './ask-mapping.ts'
import { type AnsweredSource, askSource } from './ask-source.ts'
import type { Draft, Habits } from './draft.ts'

interface Answers {
  account?: AnsweredAccount
  source?: AnsweredSource
  mapping?: AnsweredMapping
  habits?: Habits
  draft?: Draft
}

interface Step {
  readonly title: string
  readonly run: (asking: Asking, answers: Answers) => Promise<void>
}

const STEPS: readonly Step[] = [
  {
    title: 'Heymarket',
    run: async (asking, answers) => {
      answers.account = await askAccount(asking)
    },
  },
  {
    title: 'The source',
    run: async (asking, answers) => {
      answers.source = await askSource(asking)
    },
  },
  {
    title: 'What is what',
    run: async (asking, answers) => {
      if (answers.account && answers.source)
        answers.mapping = await askMapping(asking, answers.account, answers.source)
    },
  },
  {
    title: 'By itself',
    run: async (asking, answers) => {
      if (answers.mapping) answers.habits = await askHabits(asking, answers.mapping.mapping)
    },
  },
  {
    title: 'Write it',
    run: async (asking, answers) => {
      const draft = draftOf(answers)
      asking.ask.say(summary(draft, asking))
      const files = draft.secrets.size > 0 ? 'heysync.yaml and .env' : 'heysync.yaml'
      const choice = await asking.ask.pick({
        message: `Write ${files}?`,
        choices: [
          { value: true, label: 'Yes' },
          { value: false, label: 'No, back to the step before' },
        ],
      })
      if (!choice) throw new WentBack()
      answers.draft = draft
    },
  },
]

/** Errors: Cancelled, where somebody leaves. */
export async function runWizard(asking: Asking): Promise<Draft> {
  const { ask, io } = asking
  const answers: Answers = {}
  for (let at = 0; at < STEPS.length; ) {
    const step = STEPS[at]
    ask.step(`${at + 1}/${STEPS.length}  ${step?.title}`)
    try {
      await step?.run(asking, answers)
      at += 1
    } catch (error) {
      if (!(error instanceof WentBack)) throw error
      if (at === 0) ask.say(io.color.dim('This is the first step. Ctrl-C leaves; nothing has been written.'))
      else at -= 1
    }
  }
  return answers.draft ?? draftOf(answers)
}

function draftOf({ account, source, mapping, habits }: Answers): Draft {
  if (!account || !source || !mapping || !habits) throw new Error('A step of the wizard was left out.')
  return {
    account: account.account,
    source: mapping.source,
    mapping: mapping.mapping,
    habits,
    secrets: new Map([...account.secrets, ...source.secrets]),
  }
}

function summary({ account, source, mapping, habits, secrets }: Draft, { io }: Asking): string {
  const width = lineWidth(io)
  const rows = [
    [
      'to',
      account.sandbox ? `the sandbox at ${account.baseUrl}` : (account.baseUrl ?? 'my Heymarket account'),
    ],
    ['from', `${source.id} (${source.kind})`],
    ['options', stringify(source.options, { collectionStyle: 'flow', lineWidth: 0 }).trim()],
    ['fields', [...Object.keys(mapping.fields), ...Object.keys(mapping.custom)].join(', ')],
    ['schedule', habits.schedule ?? 'by hand'],
    ['who left', habits.onRemoved],
    ...(habits.lists.length === 0 ? [] : [['lists', habits.lists.map(({ title }) => title).join(', ')]]),
    ...(secrets.size === 0 ? [] : [['in .env', [...secrets.keys()].join(', ')]]),
  ].map(([name = '', value = '']) => [io.color.cyan(name), value])
  return wrap(columns(rows, '', width), width)
}
