// Owns the eye on a first load: every write as it is applied, and every request by its time, held against the rules.
import type { RequestEntry, Sandbox } from '../../src/sandbox/server.ts'
import { whoIsOut } from './first-load.ts'

export interface Eye {
  /** For the sandbox. */
  onWrite(entry: RequestEntry, body: unknown): void
  /** What was seen that may not be. */
  readonly wrong: readonly string[]
  /** Contacts and members written so far, each as often as it was sent. */
  written(): number
  /** Nobody stands on two contacts now, and nobody is opted in who was out. */
  lookAround(): void
  /** The most requests that any 60 seconds held. */
  busiestMinute(): number
}

type Sent = Readonly<Record<string, unknown>>

/** `sandbox` is asked for once it runs. */
export function openEye(sandbox: () => Sandbox, people: number): Eye {
  const out = whoIsOut(people)
  /** Opted out once means opted out for good. */
  const seenOut = new Set<string>()
  const wrong: string[] = []
  let phoneOfId = new Map<number, string>()
  let written = 0

  const phoneOf = (id: number) => {
    if (!phoneOfId.has(id))
      phoneOfId = new Map(
        sandbox()
          .store.creations()
          .map((one) => [one.id, one.phone]),
      )
    return phoneOfId.get(id) ?? ''
  }
  function onList(where: string, { contacts = [], add_contacts = [], title }: Sent) {
    // A list that is changed is never replaced as a whole.
    if (where.startsWith('PUT') && title === undefined && (contacts as number[]).length > 0)
      wrong.push(`${where} replaces all members`)
    const ids = [...(contacts as number[]), ...(add_contacts as number[])]
    written += ids.length
    for (const phone of ids.map(phoneOf))
      if (out.has(phone)) wrong.push(`${where} puts ${phone} on a list, who is opted out`)
  }
  function onContact(where: string, sent: Sent) {
    written += 1
    if (sent.is_opted_out === false || ['active', 'subscribed'].includes(String(sent.status)))
      wrong.push(`${where} opts ${sent.phone} in`)
    const phone = String(sent.phone)
    if (!out.has(phone)) return
    const isOut = sandbox().store.contact(phone)?.is_opted_out === true
    if (isOut) seenOut.add(phone)
    else if (seenOut.has(phone)) wrong.push(`${where} leaves ${phone} opted in, who was out`)
  }

  return {
    wrong,
    written: () => written,
    onWrite({ method, path }, body) {
      const where = `${method} ${path}`
      if (method === 'DELETE') wrong.push(`${where} deletes`)
      else if (path.includes('/list')) onList(where, body as Sent)
      else for (const sent of contactsIn(body)) onContact(where, sent)
    },
    lookAround() {
      const phones = new Set<string | null>()
      for (const { phone, is_opted_out } of sandbox().store.contacts()) {
        if (phones.has(phone)) wrong.push(`${phone} is there twice`)
        phones.add(phone)
        if (phone === null) continue
        if (is_opted_out && out.has(phone)) seenOut.add(phone)
        else if (seenOut.has(phone)) wrong.push(`${phone} is opted in, who was out`)
      }
    },
    busiestMinute() {
      const times = sandbox()
        .store.requests()
        .map(({ at }) => at)
      let first = 0
      let most = 0
      times.forEach((at, index) => {
        while ((times[first] ?? at) <= at - 60_000) first += 1
        most = Math.max(most, index - first + 1)
      })
      return most
    },
  }
}

/** A body is one contact, a bare list of them, or `{contacts: […]}`. */
function contactsIn(body: unknown): readonly Sent[] {
  if (Array.isArray(body)) return body as Sent[]
  const { contacts } = body as { contacts?: Sent[] }
  return contacts ?? [body as Sent]
}
