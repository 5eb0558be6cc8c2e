// A connector as somebody outside would write it: it knows heysync/connector and nothing else.
import { type Capabilities, defineConnector, type Page, type PullRequest } from 'heysync/connector'
import { z } from 'zod'

export interface MemorySource {
  readonly connector: ReturnType<typeof defineConnector<unknown>>
  /** What the next pulls yield; a thrown error is thrown by the pull. */
  pages: (request: PullRequest) => Iterable<Page>
  /** Every request the engine made. */
  readonly requests: PullRequest[]
}

export function memorySource(can: Partial<Capabilities> = {}, fixedFields = false): MemorySource {
  const source: MemorySource = {
    pages: () => [],
    requests: [],
    connector: defineConnector<unknown>({
      kind: 'memory',
      summary: 'Records that a test keeps in memory.',
      options: z.unknown(),
      capabilities: {
        incremental: 'watermark',
        deletes: true,
        merges: false,
        consent: true,
        resumable: false,
        ...can,
      },
      fixedFields,
      discover: async () => ({ fields: [], count: null }),
      pull: async function* (_options, request) {
        source.requests.push(request)
        yield* source.pages(request)
      },
    }),
  }
  return source
}
