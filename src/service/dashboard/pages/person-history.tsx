// Owns what is around one person: consent with its history, lists, what waits to be written, and the last attempts.
import type { Why } from '../api/why.ts'
import { to } from '../shell/route.ts'
import { State, Tag } from '../ui/badge.tsx'
import { many } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Panel, Table } from '../ui/page.tsx'
import { Prose } from '../ui/prose.tsx'
import { Time } from '../ui/time.tsx'
import { Empty } from '../ui/waiting.tsx'
import { kindText } from '../ui/words.ts'

const CONSENT: Readonly<Record<string, string>> = { opted_out: 'Opted out', allowed: 'Allowed by hand' }

export function Consent({ of: { consent } }: { of: Why }) {
  return (
    <Panel
      title="Consent"
      note={consent.optedOut ? <Tag tone="warn">opted out</Tag> : <Tag tone="good">may be texted</Tag>}
    >
      {consent.history.length === 0 ? (
        <p class="soft pad">No opt-out was ever seen, in no source, no webhook and not in Heymarket.</p>
      ) : (
        <ol class="timeline">
          {consent.history.map(({ state, origin, evidence, at }) => (
            <li key={at + origin}>
              <p>
                <b>{CONSENT[state] ?? state}</b>, seen in {origin}
              </p>
              <p class="fine">
                <Time at={at} />
                {evidence === '' ? '' : ` · ${evidence}`}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

export function Lists({ of: { lists } }: { of: Why }) {
  return (
    <Panel title="Lists">
      {lists.length === 0 ? (
        <p class="soft pad">On none of the lists that heysync keeps.</p>
      ) : (
        <ul class="links">
          {lists.map((text) => (
            <li key={text}>
              <a href={to('lists', text.replace(/ \([^()]*\)$/, ''))}>{text}</a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** What waits: an operation, and what an undo holds back. */
export function Pending({ of: { operation, undone } }: { of: Why }) {
  if (operation === null && undone.length === 0) return null
  return (
    <div class="stack tight">
      {operation === null ? null : (
        <Notice
          tone={operation.state === 'dead' ? 'bad' : 'info'}
          title={
            <>
              {kindText(operation.kind)}:{' '}
              {operation.state === 'dead' ? 'no longer tried' : 'waits in the outbox'} after{' '}
              {many(operation.attempts, 'attempt')}
            </>
          }
        >
          {operation.error === null ? null : <p>{operation.error}</p>}
          {operation.wayOut === null ? null : (
            <p class="way">
              <b>Way out</b> <Prose text={operation.wayOut} />
            </p>
          )}
          <p class="fine">
            {operation.code === null ? null : <code>{operation.code}</code>}
            {operation.notBefore === null ? null : (
              <>
                {' '}
                next try <Time at={operation.notBefore} />
              </>
            )}
          </p>
        </Notice>
      )}
      {undone.map(({ field, value, cycle, at }) => (
        <Notice
          key={field + at}
          tone="quiet"
          title={`An undo holds back ${field === '*' ? 'the contact as a whole' : field}`}
        >
          <p class="fine">
            {value === '' ? '' : <>“{value}” is not written again until the source says something else. </>}
            <a href={to('cycles', cycle)}>Its cycle</a>, <Time at={at} />
          </p>
        </Notice>
      ))}
    </div>
  )
}

export function History({ of: { attempts } }: { of: Why }) {
  return (
    <Panel title="Last attempts">
      {attempts.length === 0 ? (
        <Empty icon="cycles" title="Nothing was written for them yet" />
      ) : (
        <Table label="Attempts, newest first">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
              <th scope="col" class="wide">
                Request
              </th>
            </tr>
          </thead>
          <tbody>
            {attempts.map(({ kind, outcome, at, cycle, error, requestId }) => (
              <tr key={at + kind}>
                <th scope="row">
                  <a href={to('cycles', cycle)}>
                    <Time at={at} />
                  </a>
                </th>
                <td>{kindText(kind)}</td>
                <td>
                  <State of={OUTCOMES[outcome] ?? outcome} />
                  {error === null ? null : <span class="fine">{error}</span>}
                </td>
                <td class="wide">
                  <code>{requestId ?? ''}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}

const OUTCOMES: Readonly<Record<string, string>> = {
  acked: 'written',
  retry: 'retrying',
  unknown: 'unsettled',
}
