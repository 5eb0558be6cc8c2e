// Owns what is said of a query that Salesforce does not take: where in the condition of the options the mistake is.
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { errorsOf } from './answers.ts'

/** Faults of the text of a query. */
const FAULTS = new Set([
  'MALFORMED_QUERY',
  'INVALID_FIELD',
  'INVALID_QUERY_FILTER_OPERATOR',
  'INVALID_TYPE',
  'INVALID_ID_FIELD',
])

/** The error in words that lead to the option; any other error is handed back as it is. */
export function asQueryError(error: unknown, soql: string, where: string | null): unknown {
  if (!(error instanceof HttpRefusal)) return error
  const [fault] = errorsOf(error.answer)
  if (fault?.code === 'OPERATION_TOO_LARGE')
    return new ConnectorError('unauthorized', {
      message: 'Salesforce refuses so large a query to a user who may not see all records.',
      hint: 'Grant View All on the objects, or View All Data, in a permission set of the user that heysync reads as.',
    })
  if (fault === undefined || !FAULTS.has(fault.code)) return error
  const said = fault.message.trim().split('\n').at(-1)?.trim() ?? fault.code
  const column = Number(/ERROR at Row:\d+:Column:(\d+)/.exec(fault.message)?.[1])
  // Of several occurrences the first counts: what heysync adds never holds the condition of somebody else.
  const start = where === null ? -1 : soql.indexOf(where)
  const at = column - 1 - start
  const inWhere = where !== null && start >= 0 && at >= 0 && at <= where.length
  if (!inWhere)
    return new ConnectorError('field', {
      message: `Salesforce does not take the query: ${said}.`,
      cause: error,
    })
  return new ConnectorError('field', {
    message: `Salesforce does not take \`where\`: ${said}, at character ${at + 1}: ${where.slice(0, at)}»${where.slice(at, at + 40)}`,
    hint: 'Correct `where` in the options of this source. It is a condition in SOQL; try it out in the Developer Console, Query Editor.',
    cause: error,
  })
}
