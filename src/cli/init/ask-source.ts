// Owns the step of the wizard that finds the source: its kind, its options as the connector's schema wants them, and a look at it.
import { connectors } from '../../../connectors/index.ts'
import type { Connector, DiscoveredField, Discovery } from '../../connector/contract.ts'
import { loadConnectors } from '../../connector/table.ts'
import type { Choice } from '../prompts.ts'
import { clip, many } from '../table-text.ts'
import { type Asking, lineWidth, sayTrouble } from './ask.ts'
import type { SourceDraft } from './draft.ts'
import { optionsGiven, sourceIdFor } from './given.ts'
import { connectorOf, discover, discoverWithoutId, readOptions } from './look.ts'
import {
  hideSecrets,
  type OptionForm,
  type Options,
  optionForm,
  type Question,
  shown,
  withOption,
} from './option-form.ts'
import { proposeId, proposeUpdated } from './propose-mapping.ts'

/** The longest name of a kind, and a space. */
const KIND_WIDTH = 14
const WIDEST_NAME = 28
const SAMPLES_WIDTH = 32

export interface AnsweredSource {
  readonly source: SourceDraft
  readonly connector: Connector
  readonly found: Discovery
  readonly secrets: ReadonlyMap<string, string>
}

export async function askSource(asking: Asking): Promise<AnsweredSource> {
  const { ask, given, world } = asking
  const kind = given.kind ?? (await askKind(asking))
  const connector = await connectorOf(kind)
  const form = optionForm(kind, connector.options)
  let options = optionsGiven(given, form)
  options = await askOptions(asking, connector, form, options)
  for (;;) {
    const id = given.id ?? sourceIdFor(kind, options)
    const source = { id, kind, options }
    const lacksId = lacksColumn(form, options)
    try {
      const found = await ask.busy('Looking at the source', () =>
        lacksId
          ? discoverWithoutId(source, connector, new Map(), world)
          : discover(source, connector, new Map(), world),
      )
      const count = found.count === null ? '' : `, ${many(found.count, 'record')}`
      ask.say(`${asking.io.color.green('✓')} It can be read: ${many(found.fields.length, 'field')}${count}.`)
      options = await askColumns(asking, form, options, found)
      const name = given.id ?? (await askId(asking, id))
      const hidden = hideSecrets(options, name)
      return {
        source: { id: name, kind, options: hidden.options },
        connector,
        found,
        secrets: hidden.secrets,
      }
    } catch (error) {
      if (!isTrouble(error)) throw error
      sayTrouble(asking, error, hideSecrets(options, id).secrets.values())
      const again = await ask.pick({
        message: 'What now?',
        choices: [
          { value: true, label: 'Change an option' },
          { value: false, label: 'Try the same again' },
        ],
      })
      if (again) options = await settle(asking, connector, form, await askChange(asking, form, options))
    }
  }
}

function isTrouble(error: unknown): boolean {
  return error instanceof Error && error.name === 'HeysyncError'
}

async function askKind({ ask, io }: Asking): Promise<string> {
  const all = await ask.busy('Looking what there is', () => loadConnectors(connectors))
  const left = lineWidth(io) - KIND_WIDTH - 14
  return ask.pick({
    message: 'Where are the people now?',
    choices: [...all.values()].map(({ kind, summary }) => ({
      value: kind,
      label: `${kind.padEnd(KIND_WIDTH)} ${clip(summary, left)}`,
    })),
  })
}

async function askId({ ask }: Asking, proposed: string): Promise<string> {
  return ask.text({
    message: 'What shall this source be called in commands and logs?',
    initial: proposed,
    check: (typed) =>
      /^[a-z0-9][a-z0-9_-]{0,63}$/.test(typed) ? undefined : 'Lower-case letters, digits, - and _.',
  })
}

/** What has to be there, first; then what the connector's own check still wants; then what may be set. */
async function askOptions(
  asking: Asking,
  connector: Connector,
  form: OptionForm,
  start: Options,
): Promise<Options> {
  let options = start
  for (const question of form.missing(options).filter(({ path }) => path[0] !== 'idColumn'))
    options = await answer(asking, form, options, question)
  options = await settle(asking, connector, form, options)
  return settle(asking, connector, form, await askMore(asking, form, options))
}

async function settle(
  asking: Asking,
  connector: Connector,
  form: OptionForm,
  start: Options,
): Promise<Options> {
  let options = start
  for (;;) {
    const tried = lacksColumn(form, options) ? { ...options, idColumn: 'id' } : options
    const read = readOptions(connector, tried, new Map(), asking.world)
    const problem = read.ok ? undefined : read.problems[0]
    if (problem === undefined) return options
    const question = form.question(problem.path)
    if (question === null || (problem.path.length === 0 && form.optional.length === 0)) {
      asking.ask.warn(`${problem.path.join('.') || 'The options'}: ${problem.message}`)
      options = await askChange(asking, form, options)
    } else options = await answer(asking, form, options, question, problem.message)
  }
}

async function answer(
  asking: Asking,
  form: OptionForm,
  options: Options,
  question: Question,
  why?: string,
): Promise<Options> {
  const { ask, io } = asking
  const { path, about, secret, form: asked } = question
  const name = path.join('.')
  ask.say([io.color.dim(about), ...(why === undefined ? [] : [io.color.yellow(why)])].join('\n'))
  const message = name
  if (asked.kind === 'choice') {
    const word = await ask.pick({ message, choices: asked.words.map((one) => ({ value: one, label: one })) })
    return withOption(options, path, form.read(path, word))
  }
  if (asked.kind === 'shape') {
    const shape = await ask.pick({
      message,
      choices: asked.shapes.map((one) => ({ value: one, label: one.words })),
    })
    let filled = withOption(options, path, shape.start)
    for (const inner of shape.wants) filled = await answer(asking, form, filled, inner)
    return filled
  }
  const held = path.reduce<unknown>((at, key) => (at as Options | undefined)?.[key], options)
  const check = (typed: string) => (typed.trim() === '' ? 'It cannot be empty.' : undefined)
  const typed = secret
    ? await ask.secret({ message, check })
    : await ask.text({ message, check, ...(held === undefined ? {} : { initial: shown(held) }) })
  return withOption(options, path, form.read(path, typed))
}

/** One option after the other, until it is enough. */
async function askMore(asking: Asking, form: OptionForm, start: Options): Promise<Options> {
  let options = start
  for (;;) {
    const key = await asking.ask.pick<string | null>({
      message: 'Set anything else? The rest has sensible defaults.',
      choices: [{ value: null, label: 'No, go on' }, ...optionChoices(form, options)],
    })
    if (key === null) return options
    options = await askOption(asking, form, options, key)
  }
}

/** One option, because something is wrong with them. */
async function askChange(asking: Asking, form: OptionForm, options: Options): Promise<Options> {
  const choices = optionChoices(form, options)
  const key = await asking.ask.pick({ message: 'Which option?', choices })
  return askOption(asking, form, options, key)
}

async function askOption(asking: Asking, form: OptionForm, options: Options, key: string): Promise<Options> {
  const question = form.question([key])
  return question === null ? options : answer(asking, form, options, question)
}

/** Those that are set come first. */
function optionChoices(form: OptionForm, options: Options): Choice<string>[] {
  const set = Object.keys(options)
  const rest = form.optional.filter(({ key }) => !set.includes(key) && key !== 'updatedColumn')
  return [
    ...set.map((key) => ({ value: key, label: key, hint: valueHint(form, options, key) })),
    ...rest.map(({ key, about }) => ({ value: key, label: key, hint: about })),
  ]
}

function valueHint(form: OptionForm, options: Options, key: string): string {
  return form.question([key])?.secret || /:\/\/[^/]*:[^/]*@/.test(shown(options[key]))
    ? 'is set'
    : `is ${shown(options[key])}`
}

function lacksColumn(form: OptionForm, options: Options): boolean {
  return form.keys.includes('idColumn') && options.idColumn === undefined
}

/** Columns that only can be named once it is known which there are. */
async function askColumns(
  asking: Asking,
  form: OptionForm,
  start: Options,
  { fields }: Discovery,
): Promise<Options> {
  const { ask } = asking
  let options = start
  if (lacksColumn(form, options)) {
    const proposed = proposeId(fields)
    const idColumn = await ask.pick({
      message: 'Which column is the id that stays with a person for good?',
      choices: columnChoices(fields),
      ...(proposed === null ? {} : { initial: proposed }),
    })
    options = { ...options, idColumn }
  }
  if (form.keys.includes('updatedColumn') && options.updatedColumn === undefined) {
    const proposed = proposeUpdated(fields)
    const updatedColumn = await ask.pick<string | null>({
      message: 'Which column says when a record was changed?',
      choices: [
        { value: null, label: 'None', hint: 'everything is read and compared each time' },
        ...columnChoices(fields),
      ],
      initial: proposed,
    })
    if (updatedColumn !== null) options = { ...options, updatedColumn }
  }
  return options
}

/** Each with what it held in the first records. */
export function columnChoices(fields: readonly DiscoveredField[]) {
  const named = fields.map((one) => ({
    ...one,
    text: one.label === undefined ? one.name : `${one.name} (${one.label})`,
  }))
  const width = Math.min(WIDEST_NAME, Math.max(...named.map(({ text }) => text.length)))
  return named.map(({ name, text, samples }) => ({
    value: name,
    label: `${text.padEnd(width)}  ${clip(samples.slice(0, 2).join(' · '), SAMPLES_WIDTH)}`.trimEnd(),
  }))
}
