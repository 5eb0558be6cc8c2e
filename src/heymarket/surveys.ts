// Owns surveys: reading them; they are made in the app.
import { z } from 'zod'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface Survey {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly question: string
  readonly updated: string | null
}

const survey = z
  .looseObject({ id, name: text, type: text, question: text, updated: z.string().nullish() })
  .transform(
    (raw): Survey => ({
      id: raw.id,
      name: raw.name,
      type: raw.type,
      question: raw.question,
      updated: raw.updated ?? null,
    }),
  )

export const surveyEndpoints = {
  get: endpoint({
    method: 'GET',
    path: '/v1/survey/{id}',
    page: 'surveys',
    effect: 'read',
    summary: 'one survey',
    params: rules.object({ id: rules.id }),
    answer: survey.nullable(),
  }),
  page: endpoint({
    method: 'POST',
    path: '/v1/surveys',
    page: 'surveys',
    effect: 'read',
    summary: 'a page of surveys',
    body: rules.object({
      limit: rules.atLeastOne.optional(),
      page: z
        .int({ error: 'must be a whole number' })
        .min(1, { error: 'must be 1 or more; pages count from 1' })
        .optional(),
    }),
    answer: listOf(survey, 'surveys', 'data'),
  }),
} as const

export interface SurveysApi {
  /** Heymarket: surveys. Null when it is not there. */
  get(id: number): Promise<Survey | null>
  /** Heymarket: surveys; pages count from 1. */
  page(request: { readonly limit?: number; readonly page?: number }): Promise<Survey[]>
  /** Heymarket: surveys. Every survey once. */
  all(): AsyncGenerator<Survey>
}

export function surveysApi(transport: Transport): SurveysApi {
  const page: SurveysApi['page'] = (body) => call(transport, surveyEndpoints.page, { body })
  return {
    get: (surveyId) => orNull(call(transport, surveyEndpoints.get, { params: { id: surveyId } })),
    page,
    all: () => everySurvey(page),
  }
}

/** Ends at a page that shows nothing new: an account that ignores `page` shows the first one for ever. */
async function* everySurvey(page: SurveysApi['page']): AsyncGenerator<Survey> {
  const seen = new Set<number>()
  for (let at = 1; ; at += 1) {
    const fresh = (await page({ page: at })).filter((one) => !seen.has(one.id))
    if (fresh.length === 0) return
    for (const one of fresh) seen.add(one.id)
    yield* fresh
  }
}
