// Owns the search for people, by phone in any spelling, by name and by record id; and the list of all of them.
import { usePages, withQuery } from '../api/pages.ts'
import type { People as Answer } from '../api/types.ts'
import { route, to } from '../shell/route.ts'
import { State, Tag } from '../ui/badge.tsx'
import { phone } from '../ui/format.ts'
import { More, Page, Table } from '../ui/page.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'

type Row = Answer['people'][number]

export function People() {
  const q = route.value.query.get('q') ?? ''
  const { first, rows, error, more, busy } = usePages<Answer, Row>(
    {
      path: (after) => withQuery('/api/contacts', { q, limit: 50, after }),
      rows: ({ people }) => people,
      next: ({ after }) => after,
    },
    ['cycle'],
  )
  return (
    <Page
      title="People"
      lead={
        q === ''
          ? 'Choose somebody to see why they look as they do in Heymarket, or why they are not there.'
          : `Search for “${q}”.`
      }
    >
      <Ready view={{ data: first, error }} lines={8}>
        {() =>
          rows.length === 0 ? (
            <Nobody q={q} />
          ) : (
            <div class="panel flush">
              <Table label="People">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col" class="wide">
                      Phone
                    </th>
                    <th scope="col" class="wide">
                      Source and record
                    </th>
                    <th scope="col">State</th>
                    <th scope="col">Heymarket</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <Person key={row.phone + row.record} of={row} />
                  ))}
                </tbody>
              </Table>
              <More more={more} busy={busy} />
            </div>
          )
        }
      </Ready>
    </Page>
  )
}

function Nobody({ q }: { q: string }) {
  if (q === '')
    return (
      <Empty icon="people" title="Nobody yet">
        People appear here with the first sync. Start it on the <a href={to()}>overview</a>.
      </Empty>
    )
  return (
    <Empty icon="search" title={`Nobody is found for “${q}”`}>
      Try the whole number, a part of the name, or the id of the record in its source. Or{' '}
      <a href={to('people', q)}>ask why “{q}” is not there</a>: rejected and erased records are known there.
    </Empty>
  )
}

function Person({ of: row }: { of: Row }) {
  return (
    <tr>
      <th scope="row">
        <a href={to('people', row.phone)}>{row.name || phone(row.phone)}</a>
        <span class="fine num narrow">{phone(row.phone)}</span>
      </th>
      <td class="num wide">{phone(row.phone)}</td>
      <td class="wide">
        {row.source ?? <span class="soft">none</span>}
        <span class="fine mono">{row.record}</span>
      </td>
      <td>
        <State of={row.state} />
      </td>
      <td>
        <span class="tags">
          {row.inHeymarket ? <Tag tone="good">there</Tag> : <Tag tone="quiet">not there</Tag>}
          {row.optedOut ? <Tag tone="warn">opted out</Tag> : null}
        </span>
      </td>
    </tr>
  )
}
