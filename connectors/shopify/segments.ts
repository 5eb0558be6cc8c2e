// Owns who is in the customer segments that the options name.
import { closest } from 'fastest-levenshtein'
import { ConnectorError, type ListMembers, type Page } from 'heysync/connector'
import {
  type MembersAnswer,
  type Segment,
  type SegmentsAnswer,
  segmentMembersSchema,
  segmentsSchema,
} from './answers.ts'
import { SEGMENT_MEMBERS, SEGMENTS } from './documents.ts'
import { type Graphql, isRefused, ShopRefusal } from './graphql.ts'
import type { ShopifyOptions } from './options.ts'
import { writePosition } from './position.ts'
import { idOf } from './record.ts'

export async function readSegments(graphql: Graphql): Promise<readonly Segment[]> {
  const all: Segment[] = []
  for (let after: string | null = null; ; ) {
    const { segments }: SegmentsAnswer = await graphql.ask(SEGMENTS, { after }, segmentsSchema)
    all.push(...segments.nodes)
    after = segments.pageInfo.endCursor
    if (!segments.pageInfo.hasNextPage) return all
    if (after === null) throw endless('segments')
  }
}

export interface Chosen {
  readonly segments: readonly Segment[]
  /** One for each name that no segment bears, or that several do: a ConnectorError `not-found`. */
  readonly faults: readonly ConnectorError[]
}

export function chooseSegments(all: readonly Segment[], wanted: readonly string[], shop: string): Chosen {
  const segments: Segment[] = []
  const faults: ConnectorError[] = []
  for (const name of wanted) {
    const found = all.filter((segment) => segment.id === name || segment.name === name)
    if (found[0] !== undefined && found.length === 1) {
      segments.push(found[0])
      continue
    }
    const nearest =
      all.length === 0
        ? null
        : closest(
            name,
            all.map((segment) => segment.name),
          )
    const fault = new ConnectorError('not-found', {
      message: `${shop} has ${found.length === 0 ? 'no segment' : `${found.length} segments`} "${name}".`,
      hint:
        found.length > 0
          ? `Name one by its id: ${found.map(({ id }) => id).join(' or ')}.`
          : `${nearest === null ? 'The shop has no segments.' : `Did you mean "${nearest}"?`} Correct segments in the options of this source.`,
      place: shop,
    })
    faults.push(fault)
  }
  return { segments, faults }
}

/**
 * Pages with the segments that the options name. What is not there, or what Shopify refuses to show, is a warning: it keeps
 * nobody's news back, and its list stays as it was.
 */
export async function* pageLists(
  graphql: Graphql,
  { segments: wanted, shop }: ShopifyOptions,
  warn: (message: string) => void,
): AsyncGenerator<Page> {
  let part = 0
  const pageOf = (list: ListMembers): Page => ({
    records: [],
    lists: [list],
    position: writePosition({ at: 'segments', part: part++ }),
  })
  let chosen: Chosen
  try {
    chosen = chooseSegments(await readSegments(graphql), wanted, shop)
  } catch (error) {
    if (!isRefused(error)) throw error
    warn(`the segments cannot be read: ${error.message} Their lists stay as they were.`)
    return
  }
  for (const { message, hint } of chosen.faults) warn(`${message} ${hint} The list stays as it was.`)
  for (const segment of chosen.segments) {
    try {
      for await (const list of partsOf(graphql, segment, warn)) yield pageOf(list)
    } catch (error) {
      if (!isRefused(error)) throw error
      warn(
        `the members of segment "${segment.name}" cannot be read: ${error.message} Its list stays as it was.`,
      )
      // It is there, and shown by no whole reading: so a full pull does not take it for gone.
      yield pageOf({ title: segment.name, members: [] })
    }
  }
}

/** Parts of a segment, and a mark on the last one where all of its members were shown. */
async function* partsOf(
  graphql: Graphql,
  { id, name }: Segment,
  warn: (message: string) => void,
): AsyncGenerator<ListMembers> {
  const seen = new Set<string>()
  for (let after: string | null = null; ; ) {
    const answer: MembersAnswer = await graphql.ask(
      SEGMENT_MEMBERS,
      { segmentId: id, after },
      segmentMembersSchema,
    )
    const { edges, pageInfo, totalCount } = answer.customerSegmentMembers
    const members = edges.map(({ node }) => idOf(node.id))
    for (const member of members) seen.add(member)
    after = pageInfo.endCursor
    const isLast = !pageInfo.hasNextPage
    const isShort = isLast && totalCount != null && seen.size < totalCount
    if (isShort)
      warn(`segment "${name}" counts ${totalCount} members and showed ${seen.size}: nobody is taken off it.`)
    yield { title: name, members, ...(isLast && !isShort ? { whole: true } : {}) }
    if (isLast) return
    if (after === null) throw endless(`segment "${name}"`)
  }
}

function endless(what: string): ShopRefusal {
  return new ShopRefusal('failed', {
    message: `Shopify says that there is more of ${what}, and does not say where.`,
  })
}
