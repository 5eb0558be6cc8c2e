// Owns how a CEL rule picks failures: `failure.code == "ERR_NOT_STORED" && failure.source == "clinic"`.
import { toIso } from '../../lib/clock.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { nearest } from '../../lib/suggest.ts'
import { compileExpression, ExpressionFailure } from '../normalize/cel.ts'
import type { FailedChange } from './failure.ts'

/** What a rule may ask about. */
const FIELDS = [
  'code',
  'cause',
  'message',
  'kind',
  'phone',
  'field',
  'list',
  'source',
  'record',
  'attempts',
  'since',
] as const satisfies readonly (keyof FailedChange)[]

/**
 * Compiles a rule into a yes or no about one failure. `option` is the option that it stands in.
 * Errors: ERR_EXPRESSION when it does not compile; ERR_USAGE when it names what a failure does not have, fails on one, or
 * gives no yes or no.
 */
export function failuresWhere(rule: string, option: string): (failure: FailedChange) => boolean {
  const expression = compileExpression(rule, [option], 'failure')
  const unknown = expression.fields.find((name) => !FIELDS.some((field) => field === name))
  if (unknown !== undefined) {
    const near = nearest(unknown, FIELDS)
    throw refusal(
      `${option} '${rule}' names failure.${unknown}, which a failure does not have.`,
      `${near === null ? '' : `Did you mean failure.${near}? `}There are: ${FIELDS.join(', ')}.`,
    )
  }
  return (failure) => {
    const result = evaluated(() => expression.evaluate({ ...failure, since: toIso(failure.since) }))
    if (typeof result === 'boolean') return result
    throw refusal(`${option} '${rule}' gives ${JSON.stringify(result)} where yes or no is asked.`, EXAMPLE)
  }

  function evaluated(evaluate: () => unknown): unknown {
    try {
      return evaluate()
    } catch (error) {
      if (!(error instanceof ExpressionFailure)) throw error
      throw refusal(`${option} '${rule}' fails: ${error.message} (${error.value}).`, EXAMPLE)
    }
  }
}

const EXAMPLE = `Compare something: --where 'failure.code == "ERR_NOT_STORED"'`

function refusal(message: string, hint: string): HeysyncError {
  return new HeysyncError('ERR_USAGE', { message, hint })
}
