// Owns the table of the admin API's routes: what can be read, and what can be asked for. Each is described by its
// shapes; docs/api.md and the OpenAPI document are made from this table.
import { z } from 'zod'
import * as contract from '../api/contract.ts'
import { type Route, route } from './route.ts'

const limit = (most: number, usual: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(most)
    .default(usual)
    .describe(`How many at most: 1 to ${most}, ${usual} unless given.`)
const after = z.string().optional().describe('The mark that the page before gave.')
const source = z.string().optional().describe('Id of a source.')
const cycleId = z.object({ id: z.string().describe('Id of the cycle.') })

const reading: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/status',
    summary: 'How things stand: sources, problems, what is under way, what waits.',
    answer: contract.status,
    run: ({ reads }) => reads().status(),
  }),
  route({
    method: 'GET',
    path: '/api/cycles',
    summary: 'The cycles, newest first.',
    query: z.object({
      limit: limit(200, 50),
      before: z.string().optional().describe('Id of the last cycle of the page before.'),
    }),
    answer: contract.cycles,
    run: ({ reads }, { query }) => reads().cycles.page({ limit: query.limit, before: query.before }),
  }),
  route({
    method: 'GET',
    path: '/api/cycles/:id',
    summary: 'One cycle with its counts by source.',
    params: cycleId,
    answer: contract.cycle,
    run: ({ reads }, { params }) => reads().cycles.one(params.id),
  }),
  route({
    method: 'GET',
    path: '/api/cycles/:id/changes',
    summary: 'What a cycle changed, person by person.',
    params: cycleId,
    query: z.object({
      limit: limit(1000, 100),
      after,
      state: contract.changeRow.shape.state.optional().describe('Only those in this state.'),
    }),
    answer: contract.changes,
    run: ({ reads }, { params, query }) => {
      reads().cycles.one(params.id)
      return reads().changes.page({
        cycle: params.id,
        limit: query.limit,
        after: query.after,
        state: query.state,
      })
    },
  }),
  route({
    method: 'GET',
    path: '/api/contacts',
    summary: 'People by number in any spelling, by the beginning of a name, or by the id of a record.',
    query: z.object({
      q: z.string().max(200).default('').describe('What to look for; everybody without it.'),
      limit: limit(200, 50),
      after,
    }),
    answer: contract.people,
    run: ({ reads }, { query }) =>
      reads().people.page({ q: query.q, limit: query.limit, after: query.after }),
  }),
  route({
    method: 'GET',
    path: '/api/contacts/:phone',
    summary: 'The whole story of one person, as `heysync why --json`.',
    params: z.object({ phone: z.string().max(300).describe('Number in any spelling, or id of a record.') }),
    answer: contract.person,
    run: ({ reads }, { params }) => reads().why(params.phone) as unknown as z.infer<typeof contract.person>,
  }),
  route({
    method: 'GET',
    path: '/api/rejections',
    summary: 'Records that could not become contacts, and why; as a file with `Accept: text/csv`.',
    query: z.object({
      code: z.string().optional().describe('Only this reason, e.g. PHONE_INVALID.'),
      source,
      limit: limit(1000, 100),
      after,
    }),
    answer: contract.rejections,
    run: ({ reads }, { query }) =>
      reads().rejections.page({
        code: query.code,
        source: query.source,
        limit: query.limit,
        after: query.after,
      }),
    file: ({ reads }, { query }) => ({
      name: 'heysync-rejections.csv',
      header: Object.keys(contract.rejectionRow.shape),
      pages: reads().rejections.all({ code: query.code, source: query.source }),
    }),
  }),
  route({
    method: 'GET',
    path: '/api/failures',
    summary: 'Dead letters and what is tried again, by cause; as a file with `Accept: text/csv`.',
    query: z.object({ limit: limit(1000, 20) }),
    answer: contract.failures,
    run: ({ reads }, { query }) => reads().failures.byCause(query.limit),
    file: ({ reads }) => ({
      name: 'heysync-failures.csv',
      header: [...Object.keys(contract.failureRow.shape), 'code', 'cause', 'wayOut'],
      pages: reads().failures.all(),
    }),
  }),
  route({
    method: 'GET',
    path: '/api/lists',
    summary: 'Lists that rules keep.',
    answer: contract.lists,
    run: ({ reads }) => reads().lists.all(),
  }),
  route({
    method: 'GET',
    path: '/api/lists/members',
    summary: 'Who is on a list.',
    query: z.object({ title: z.string().describe('Title of the list.'), limit: limit(1000, 100), after }),
    answer: contract.members,
    run: ({ reads }, { query }) =>
      reads().lists.members({ title: query.title, limit: query.limit, after: query.after }),
  }),
  route({
    method: 'GET',
    path: '/api/messages',
    summary: 'Broadcasts, scheduled messages, and replies that webhooks brought.',
    answer: contract.messages,
    run: ({ reads }) => reads().messages(),
  }),
  route({
    method: 'GET',
    path: '/api/settings',
    summary: 'The config with its secrets masked, and what was learnt of the account.',
    answer: contract.settings,
    run: ({ reads }) => reads().settings(),
  }),
  route({
    method: 'GET',
    path: '/api/resync/preview',
    summary: 'What reading everything costs.',
    query: z.object({ source }),
    answer: contract.preview,
    run: ({ reads }, { query }) => reads().preview(query.source),
  }),
]

const syncBody = z.object({
  source: z.string().optional().describe('Id of a source; all of them without it.'),
  sources: z.array(z.string()).optional().describe('Ids of several sources.'),
  allowEmpty: z.array(z.string()).default([]).describe('Sources that may really be empty now.'),
  trigger: z.string().max(40).default('api').describe('Who asks, as the cycle shows it.'),
})

const pick = (body: z.infer<typeof syncBody>) => ({
  sources: body.sources ?? (body.source === undefined ? [] : [body.source]),
  allowEmpty: body.allowEmpty,
  trigger: body.trigger,
})

const asking: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/sync',
    summary: 'Reads what is new and writes it, as soon as possible.',
    body: syncBody,
    answer: contract.accepted,
    run: ({ control }, { body }) => control.sync({ ...pick(body), mode: 'incremental' }),
  }),
  route({
    method: 'POST',
    path: '/api/resync',
    summary: 'Reads everything on both sides and writes what differs.',
    body: syncBody,
    answer: contract.accepted,
    run: ({ control }, { body }) => control.sync({ ...pick(body), mode: 'full' }),
  }),
  route({
    method: 'POST',
    path: '/api/reconcile',
    summary: "Reads all of Heymarket's contacts, without the sources, and writes what differs.",
    answer: contract.accepted,
    run: ({ control }) => control.reconcile(),
  }),
  route({
    method: 'POST',
    path: '/api/cycles/:id/approve',
    summary: 'Releases what the guard held in this cycle.',
    params: cycleId,
    answer: contract.accepted,
    run: ({ control }, { params }) => control.approve(params.id),
  }),
  route({
    method: 'POST',
    path: '/api/redrive',
    summary: 'Tries dead letters again: all of them, those of one cause, or that of one person.',
    body: z.object({
      cause: z.string().optional().describe('`id` of a cause, from GET /api/failures.'),
      phone: z.string().optional().describe('Bare E.164.'),
    }),
    answer: contract.accepted,
    run: ({ control }, { body: { cause, phone } }) =>
      control.redrive({
        ...(cause === undefined ? {} : { cause }),
        ...(phone === undefined ? {} : { phone }),
      }),
  }),
  route({
    method: 'POST',
    path: '/api/pause',
    summary: 'Stops the schedules of a source, or of all.',
    body: z.object({ source }),
    answer: contract.paused,
    run: async ({ control }, { body }) => ({ paused: [...(await control.pause(body.source ?? null))] }),
  }),
  route({
    method: 'POST',
    path: '/api/resume',
    summary: 'Lets paused sources go on.',
    body: z.object({ source }),
    answer: contract.paused,
    run: async ({ control }, { body }) => ({ paused: [...(await control.resume(body.source ?? null))] }),
  }),
  route({
    method: 'POST',
    path: '/api/reload',
    summary: 'Reads the config again; a broken one is refused, and what ran before runs on.',
    answer: contract.reloaded,
    run: async ({ control }) => {
      const { changed, warnings } = await control.reload()
      return { changed: [...changed], warnings: [...warnings] }
    },
  }),
]

export const routes: readonly Route[] = [...reading, ...asking]
