// Owns the two sides of one person: each owned field as resolved, where it comes from, and what Heymarket holds.
import type { Why } from '../api/why.ts'
import { Tag } from '../ui/badge.tsx'
import { Panel, Table } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { Empty } from '../ui/waiting.tsx'

export function BothSides({ of: why }: { of: Why }) {
  const { contact, heymarket, drift } = why
  if (contact === null && heymarket === null) return null
  const owned = contact?.fields ?? []
  const others = Object.entries(flat(heymarket)).filter(
    ([field, value]) => value !== '' && !owned.some((one) => one.field === field),
  )
  return (
    <Panel title="Both sides" note={<Link of={why} />} class="sides">
      {contact === null ? (
        <p class="soft pad">None of the sources wants this contact, so heysync owns no field of it.</p>
      ) : (
        <Table label="Owned fields on both sides">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Your sources say</th>
              <th scope="col" class="wide">
                From
              </th>
              <th scope="col">Heymarket holds</th>
            </tr>
          </thead>
          <tbody>
            {owned.map(({ field, value, from }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>
                  <Value of={value} />
                </td>
                <td class="wide">
                  <code>{from}</code>
                </td>
                <td>
                  <Remote
                    of={flat(heymarket)[field] ?? drift.find((one) => one.field === field)?.found}
                    wanted={value}
                    there={heymarket !== null}
                    settled={why.operation === null && why.held === null}
                  />
                  <Drift of={drift.filter((one) => one.field === field)} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {others.length === 0 ? null : (
        <details class="others">
          <summary>What else Heymarket tells of this contact</summary>
          <dl class="pairs">
            {others.map(([field, value]) => (
              <div key={field}>
                <dt>{field}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {why.cutTags.length === 0 ? null : (
        <p class="soft pad">
          Found no room among the five tags:{' '}
          {why.cutTags.map((tag) => (
            <Tag key={tag} tone="quiet">
              {tag}
            </Tag>
          ))}
        </p>
      )}
      {contact === null && heymarket === null ? (
        <Empty icon="people" title="Neither side knows them" />
      ) : null}
    </Panel>
  )
}

function Link({ of: { heymarket } }: { of: Why }) {
  if (heymarket === null) return <>not in Heymarket</>
  const { id, link } = heymarket
  const how = link === 'created' ? ', created by heysync' : link === 'adopted' ? ', adopted by heysync' : ''
  return (
    <span class="num">
      Heymarket contact {id}
      {how}
    </span>
  )
}

interface RemoteGiven {
  readonly of: string | undefined
  readonly wanted: string
  readonly there: boolean
  readonly settled: boolean
}

/** Heymarket names custom fields, tags and people by number; of those only the engine's comparison is told. */
function Remote({ of, wanted, there, settled }: RemoteGiven) {
  if (!there) return <span class="soft">not there</span>
  if (of === undefined)
    return <span class="soft">{settled ? 'no difference known' : 'not compared yet'}</span>
  if (of === wanted)
    return (
      <>
        <Value of={of} /> <span class="unseen">(equal)</span>
      </>
    )
  return (
    <mark>
      <Value of={of} />
    </mark>
  )
}

function Drift({ of }: { of: Why['drift'] }) {
  return (
    <>
      {of.map(({ outcome, expected, since }) => (
        <span key={since} class="fine">
          changed in Heymarket <Time at={since} />, {outcome}
          {expected === null ? '' : ` (was “${expected}”)`}
        </span>
      ))}
    </>
  )
}

function Value({ of }: { of: string }) {
  return of === '' ? <span class="soft">empty</span> : of
}

/** The contact as Heymarket tells it, by the names of owned fields. */
function flat(contact: Why['heymarket']): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const [key, value] of Object.entries(contact ?? {})) {
    if (key === 'id' || key === 'link' || value === null || value === undefined) continue
    if (Array.isArray(value)) fields[key] = value.map(text).join(', ')
    else if (typeof value === 'object')
      for (const [name, inner] of Object.entries(value)) fields[`${key}.${name}`] = text(inner)
    else fields[key] = text(value)
  }
  return fields
}

function text(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
}
