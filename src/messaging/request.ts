// Owns the one request that each kind of step makes.
import { emailEndpoints, type SendEmail } from '../heymarket/email.ts'
import { checkedBody, type Endpoint } from '../heymarket/endpoint.ts'
import { type CreateList, listEndpoints, type UpdateList } from '../heymarket/lists.ts'
import { messageEndpoints, type SendMessage } from '../heymarket/messages.ts'
import { type ScheduleRequest, scheduleEndpoints } from '../heymarket/schedule.ts'
import { HeysyncError } from '../lib/errors.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, NewStep, Step, StepKind } from './intents.ts'

export interface StepResult {
  /** Of the message, list or schedule that was made. */
  readonly id: number | null
  readonly answer: unknown
}

/** Sends the request of a step. Errors: those of the client. */
export async function request(deps: MessagingDeps, intent: Intent, step: Step): Promise<StepResult> {
  const { client } = deps
  const body = bodyOf(deps, intent, step)
  switch (step.kind) {
    case 'list': {
      const answer = await client.lists.create(body as unknown as CreateList)
      return { id: answer.id, answer }
    }
    case 'members': {
      const answer = await client.lists.update(listIdOf(deps, intent, step), body as UpdateList)
      return { id: answer.id, answer }
    }
    case 'send': {
      const answer = await client.messages.send(body as unknown as SendMessage)
      return { id: answer.id, answer }
    }
    case 'schedule': {
      const answer = await client.schedule.create(body as unknown as ScheduleRequest)
      return { id: answer.id, answer }
    }
    case 'email': {
      const answer = await client.email.send(body as unknown as SendEmail)
      return { id: answer.id, answer }
    }
  }
}

/** The JSON body of a step. A list that is made on the spot has its id only now. */
function bodyOf(deps: MessagingDeps, intent: Intent, step: Step): Readonly<Record<string, unknown>> {
  const needsList = step.request.list_id === ON_THE_SPOT
  return needsList ? { ...step.request, list_id: listIdOf(deps, intent, step) } : step.request
}

/** Stands in a request for the id of the list that an earlier step of the same part makes. */
export const ON_THE_SPOT = 'the list made for this'

/** The id of the list that this part made. */
export function listIdOf(deps: MessagingDeps, intent: Intent, step: Step): number {
  const list = deps.intents.steps(intent).find((one) => one.kind === 'list' && one.part === step.part)
  if (list?.resultId !== null && list?.resultId !== undefined) return list.resultId
  throw new HeysyncError('ERR_INTERNAL', { message: `Part ${step.part} of ${intent.key} has no list.` })
}

const ENDPOINT_OF: Readonly<Record<StepKind, Endpoint>> = {
  list: listEndpoints.create,
  members: listEndpoints.update,
  send: messageEndpoints.send,
  schedule: scheduleEndpoints.create,
  email: emailEndpoints.send,
}

/** A request as `--dry-run` shows it. */
export interface ShownRequest {
  readonly method: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * The exact requests of steps that were not begun; a list that is made on the spot has no id yet.
 * Errors: ERR_REQUEST when one breaks a documented rule.
 */
export function requestsOf(steps: readonly NewStep[]): ShownRequest[] {
  return steps.map(({ kind, request: body }) => {
    const to = ENDPOINT_OF[kind]
    checkedBody(to, body.list_id === ON_THE_SPOT ? { ...body, list_id: 1 } : body)
    return { method: to.method, path: to.path, body }
  })
}
