// Owns the documented rules that a request can break, as zod checks whose messages teach what to write instead.
import { z } from 'zod'

/** A rule with its message (it follows the field and its value) and the way out. */
export function rule<T extends z.ZodType>(
  schema: T,
  holds: (value: z.output<T>) => boolean,
  error: string,
  hint: string,
): T {
  return schema.refine((value) => holds(value as z.output<T>), { error, params: { hint } }) as T
}

/** Two messages: for a value that is missing, and for one of another kind. */
function wanted(kind: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => (input === undefined ? `is required, as ${kind}` : `must be ${kind}`) }
}

/** An object of a request. What the documentation does not name is refused: Heymarket might drop it without a word. */
export function object<S extends z.core.$ZodLooseShape>(
  shape: S,
  error = 'must be an object',
): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has ${issue.keys.length === 1 ? 'a key that is' : 'keys that are'} not documented: ${issue.keys.join(', ')}`
        : error,
  })
}

export const text = z.string(wanted('text'))

const notBlank = () => text.min(1, { error: 'must not be blank' })

export const filledText = notBlank()

export const channelType = z
  .string({ error: 'is required, as text: phone, email or another channel' })
  .min(1, { error: 'must not be blank' })

export const flag = z.boolean(wanted('true or false'))

export function list<T extends z.ZodType>(item: T): z.ZodArray<T> {
  return z.array(item, wanted('a list'))
}

export function filledList<T extends z.ZodType>(item: T): z.ZodArray<T> {
  return list(item).min(1, { error: 'must not be empty' })
}

const fromOne = () => z.int(wanted('a whole number')).min(1, { error: 'must be 1 or more' })

/** How many rows a page has, or which page. */
export const atLeastOne = fromOne()

/** Heymarket: "country code and digits, no leading +". */
export const phone = rule(
  z.string(wanted('digits in quotes')),
  (value) => /^[1-9]\d{6,14}$/.test(value),
  'must be 7 to 15 digits, the country code first, without +',
  'Write it like 15105553344.',
)

export const id = fromOne()

/** Heymarket v2 knows contacts by uuid; the number of v1 does not work there. */
export const uuid = rule(
  z.string(wanted('the uuid of a contact, in quotes')),
  (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  'must be the uuid of a contact',
  'v2 takes the uuid, not the numeric id of v1. Writes answer with it; v2 search finds contacts by phone.',
)

/** RFC 3339, as the date cursors take it. */
export const instant = rule(
  z.string(wanted('an RFC 3339 time in quotes')),
  (value) =>
    /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  'must be an RFC 3339 time with its zone',
  'Write it like 2026-11-20T09:30:00Z.',
)

export const title = notBlank()

/** Heymarket: "local_id must be unique". */
export const localId = filledText.max(255, { error: 'is longer than 255 characters' })

export const email = rule(
  text,
  (value) => /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(value),
  'must be one e-mail address',
  'Write it like ana@example.com.',
)

/** Keys are ids of custom fields, values are always strings, whatever the field's type. */
export const custom = z
  // Not a record of zod, which copies the map: see values-by-id.ts.
  .custom<Readonly<Record<string, string>>>(
    (map) => typeof map === 'object' && map !== null && !Array.isArray(map),
    { error: 'must be an object: the id of each field with its value, as {"901": "Gold"}' },
  )
  .superRefine((map, context) => {
    for (const [key, value] of Object.entries(map)) {
      if (typeof value !== 'string') {
        const message = 'must be a string, whatever the type of the field'
        context.addIssue({ code: 'custom', path: [key], message })
        continue
      }
      if (/^\d+$/.test(key)) continue
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'must be under the id of the custom field, not its name',
        params: { hint: 'List the ids: heysync fields' },
      })
    }
  })

export const tags = rule(
  z.array(object({ tag_id: id }, 'must be an object like {"tag_id": 11}'), {
    error: 'must be a list like [{"tag_id": 11}]',
  }),
  (list) => list.length <= 5,
  'are more than the 5 tags that a contact can have',
  'Send at most 5.',
)

/** What Heymarket fetches by itself must be reachable for it. */
export const mediaUrl = rule(
  z.string(wanted('an address in quotes')),
  isPublicUrl,
  'must be a public http(s) address',
  'Heymarket fetches the file itself, so it must be on the internet: https://example.com/flyer.png',
)

const PRIVATE_HOST =
  /^(localhost|.*\.(local|internal|localhost)|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|0\.0\.0\.0|\[.*\])$/i

function isPublicUrl(text: string): boolean {
  try {
    const url = new URL(text)
    return /^https?:$/.test(url.protocol) && url.hostname.includes('.') && !PRIVATE_HOST.test(url.hostname)
  } catch {
    return false
  }
}

/** Toll-free numbers of the North American plan; a group message cannot be sent with them. */
export function isTollFree(digits: string): boolean {
  return /^1(800|833|844|855|866|877|888)\d{7}$/.test(digits)
}

/** Group messages: two numbers or more, none of them toll-free. */
export const group = z
  .array(phone, { error: 'must be a list of phone numbers' })
  .min(2, { error: 'must be two numbers or more; for one person there is phone_number' })
  .superRefine((numbers, context) => {
    numbers.forEach((one, at) => {
      if (!isTollFree(one)) return
      context.addIssue({
        code: 'custom',
        path: [at],
        message: 'is a toll-free number, which cannot be in a group message',
        params: { hint: 'Take it out of the group.' },
      })
    })
  })

/** Adds an issue when not exactly one of the keys is there. */
export function exactlyOne(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  what: string,
  context: z.RefinementCtx,
): void {
  const given = keys.filter((key) => value[key] !== undefined)
  if (given.length === 1) return
  context.addIssue({
    code: 'custom',
    message: given.length === 0 ? `names no ${what}` : `names more than one ${what}: ${given.join(', ')}`,
    params: { hint: `Give exactly one of ${keys.join(', ')}.` },
  })
}
