// Owns how failures look, cause by cause: what Heymarket said, how many, an example, and the way out.
import { toIso } from '../lib/clock.ts'
import { ERROR_TABLE } from '../lib/errors.ts'
import type { Cause } from '../sync/outbox/causes.ts'
import type { FailedChange } from '../sync/outbox/failure.ts'
import { type KeyText, wayOut } from '../sync/outbox/way-out.ts'
import type { Colors } from './io.ts'
import { columns, many, wrap } from './table-text.ts'

export interface FailuresView {
  /** Columns of the terminal. No line is longer, but for a single word and for a command, which is to be copied. */
  readonly columns: number
  readonly color: Colors
  readonly keyText: KeyText
  /** Every change of a cause, instead of one. */
  readonly all: boolean
}

export function renderFailures(causes: readonly Cause[], view: FailuresView): string {
  return causes.map((cause) => renderCause(cause, view)).join('\n\n')
}

function renderCause(cause: Cause, { columns: width, color, keyText, all }: FailuresView): string {
  const { code, state, failures } = cause
  const [example] = failures
  const out = wayOut(cause, keyText)
  const part = (label: string, text: string) => hanging(color.dim(label), label.length, text, width)
  const count =
    state === 'dead'
      ? many(failures.length, 'dead letter')
      : many(failures.length, 'change to be tried again', 'changes to be tried again')
  const since = `${failures.length === 1 ? '' : 'the oldest '}since ${minute(example.since)}`
  return [
    wrap(`${state === 'dead' ? color.red('✗') : color.yellow('…')} ${color.bold(title(cause))}`, width),
    hanging('', 0, color.dim(code === null ? 'It was not sent yet.' : ERROR_TABLE[code].meaning), width),
    part('how many', `${count}, ${since}`),
    ...(all
      ? [columns(failures.map(cells), INDENT, width)]
      : [
          part(
            'example',
            [...cells(example), example.field ?? '', example.list === null ? '' : `list "${example.list}"`]
              .filter(Boolean)
              .join('  '),
          ),
        ]),
    ...(example.message === null ? [] : [part('it said', example.message)]),
    part('way out', out.text),
    `${INDENT}${color.cyan(out.command)}`,
  ].join('\n')
}

function title({ code, cause }: Cause): string {
  return [code ?? 'waiting', cause].filter(Boolean).join('  ')
}

function cells({ phone, kind, source, record }: FailedChange): string[] {
  return [phone, kind, source, record === '' ? '' : `record ${record}`]
}

/** A time to the minute, as people read it. */
function minute(at: number): string {
  return `${toIso(at).slice(0, 16).replace('T', ' ')} UTC`
}

const INDENT = ' '.repeat(12)

/** A label and a text beside it, wrapped under itself. */
function hanging(label: string, labelWidth: number, text: string, width: number): string {
  const [first = '', ...rest] = wrap(text, Math.max(30, width - INDENT.length)).split('\n')
  const gap = ' '.repeat(INDENT.length - 2 - labelWidth)
  return [`  ${label}${gap}${first}`, ...rest.map((line) => INDENT + line)].join('\n')
}
