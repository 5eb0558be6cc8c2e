// Owns a contact as Heymarket shows it, in v1 and v2 alike: the tolerant reader, and the checked writable fields.
import { z } from 'zod'
import * as rules from './rules.ts'
import { valuesById } from './values-by-id.ts'
import { id, optionalId, text } from './wire.ts'

/** A contact as Heymarket shows it, with its gaps closed; `isOptedOut` is null where the answer did not say. */
export interface RemoteContact {
  readonly id: number
  /** As shown; blank for contacts that have only an e-mail. */
  readonly phone: string
  readonly first: string
  readonly last: string
  readonly displayName: string
  readonly email: string
  readonly avatar: string
  /** Values by the field's numeric id, as text. */
  readonly custom: Readonly<Record<string, string>>
  readonly tagIds: readonly number[]
  readonly assigneeId: number | null
  readonly isOptedOut: boolean | null
  readonly rev: number | null
  /** RFC 3339, exactly as shown, because it is also the page cursor. */
  readonly updated: string | null
}

const tagId = z.union([
  id,
  z.looseObject({ tag_id: id }).transform((tag) => tag.tag_id),
  z.looseObject({ id }).transform((tag) => tag.id),
])

/** Without the blank ones. A record of zod would hold each map twice, in the way that values-by-id.ts is there to avoid. */
const customValues = z
  .unknown()
  .optional()
  .transform((map, context) => {
    const isMap = typeof map === 'object' && !Array.isArray(map)
    if (!isMap && map !== undefined) return notAsKnown(context, [])
    const values: [string, string][] = []
    for (const [id, held] of Object.entries(map ?? {})) {
      if (typeof held === 'object' && held !== null) return notAsKnown(context, [id])
      if (held !== null && held !== '') values.push([id, String(held)])
    }
    return valuesById(values)
  })

function notAsKnown(context: z.RefinementCtx, path: string[]): never {
  context.addIssue({ code: 'custom', path, message: 'Invalid input' })
  return z.NEVER
}

export const contact = z
  .looseObject({
    id,
    phone: text,
    first: text,
    last: text,
    display_name: text,
    email: text,
    avatar: text,
    custom: customValues,
    tags: z
      .union([z.array(tagId), z.null()])
      .optional()
      .transform((value) => value ?? []),
    assigned_user_id: optionalId,
    is_opted_out: z.union([z.boolean(), z.null()]).optional(),
    rev: z.union([z.int(), z.null()]).optional(),
    updated: z.union([z.string(), z.null()]).optional(),
  })
  .transform(
    (raw): RemoteContact => ({
      id: raw.id,
      phone: raw.phone,
      first: raw.first,
      last: raw.last,
      displayName: raw.display_name,
      email: raw.email,
      avatar: raw.avatar,
      custom: raw.custom,
      tagIds: raw.tags,
      assigneeId: raw.assigned_user_id,
      isOptedOut: raw.is_opted_out ?? null,
      rev: raw.rev ?? null,
      updated: raw.updated ?? null,
    }),
  )

/** A v2 contact also has a uuid, where the account shows it. */
export interface RemoteContactV2 extends RemoteContact {
  readonly uuid: string | null
}

export const contactV2 = z
  .looseObject({ uuid: z.string().nullish() })
  .transform((raw, context): RemoteContactV2 => {
    const parsed = contact.safeParse(raw)
    if (parsed.success) return { ...parsed.data, uuid: raw.uuid ?? null }
    for (const issue of parsed.error.issues)
      context.addIssue({ code: 'custom', path: issue.path, message: issue.message })
    return z.NEVER
  })

const writable = {
  first: rules.text.optional(),
  last: rules.text.optional(),
  display_name: rules.text.optional(),
  email: rules.text.optional(),
  avatar: rules.text.optional(),
  custom: rules.custom.optional(),
  // -1 means explicitly nobody.
  assignee_id: rules
    .rule(
      z.int({ error: 'must be a whole number' }),
      (value) => value === -1 || value > 0,
      'must be the id of a member, or -1',
      '-1 means nobody. List the members: heysync team',
    )
    .optional(),
  tags: rules.tags.optional(),
  is_opted_out: rules.flag.optional(),
  email_suppressions: rules.list(z.int({ error: 'must be a whole number' })).optional(),
}

/** What create and update of v1 take; both need the phone every time. */
export const writableContact = rules.object({ phone: rules.phone, ...writable })

/** Kinds of channel that the documentation names; others exist. */
export const channel = rules.object(
  {
    channel_type: rules.channelType,
    channel_id: rules.text.optional(),
    channel_ids: rules.list(rules.text).optional(),
    channel_handle: rules.text.optional(),
    info_channel: rules.flag.optional(),
  },
  'must be an object like {"channel_type": "phone", "channel_id": "15105553344"}',
)

export const writableContactV2 = rules.object({ phone: rules.phone.optional(), ...writable })

export const newContactV2 = rules.object({
  ...writable,
  phone: rules.phone.optional(),
  contact_channels: z.array(channel, { error: 'is required: a list of channels' }).min(1, {
    error: 'must name one channel or more',
  }),
})
