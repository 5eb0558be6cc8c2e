// Owns the records that claim a number, the one that wins first, and those that were rejected.
import type { Why, WhyRecord } from '../api/why.ts'
import { State, Tag } from '../ui/badge.tsx'
import { phone } from '../ui/format.ts'
import { Panel } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { Empty } from '../ui/waiting.tsx'

export function Records({ of: { records, rejections } }: { of: Why }) {
  const inOrder = [...records].sort((a, b) => Number(b.wins) - Number(a.wins))
  return (
    <Panel title="Records" note={records.length > 1 ? 'several claim this number; one wins' : null}>
      {records.length + rejections.length === 0 ? (
        <Empty icon="search" title="No source showed this">
          Check the spelling, or whether the source holds them under another number.
        </Empty>
      ) : null}
      <ul class="records">
        {inOrder.map((record) => (
          <Record key={record.source + record.record} of={record} />
        ))}
        {rejections.map(({ source, record, code, field, value, message, place, at }) => (
          <li key={source + record + field} class="record">
            <div class="record-head">
              <b>{source}</b>
              <code>{record}</code>
              <State of="rejected" />
              <span class="soft">
                <Time at={at} />
              </span>
            </div>
            <p>{message}</p>
            <p class="fine">
              <code>{code}</code> {field}: <q>{value}</q>
              {place === null ? '' : ` at ${place}`}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Record({ of: record }: { of: WhyRecord }) {
  const { source, record: id, state, wins, phones, lists, notes, updatedAt, mergedInto, place, way } = record
  return (
    <li class={wins ? 'record wins' : 'record'}>
      <div class="record-head">
        <b>{source}</b>
        <code>{id}</code>
        <State of={state} />
        {wins ? <Tag tone="good">says what the contact looks like</Tag> : null}
        <span class="soft">
          {updatedAt === null ? (
            'no time of change'
          ) : (
            <>
              changed <Time at={updatedAt} />
            </>
          )}
        </span>
      </div>
      <p class="fine num">
        {phones.map(phone).join(', ')}
        {place === null ? '' : ` · ${place}`}
        {lists.length === 0 ? '' : ` · on ${lists.join(', ')}`}
        {mergedInto === null ? '' : ` · merged into ${mergedInto}`}
        {way === null ? '' : ` · left: ${way}`}
      </p>
      {notes.length === 0 ? null : (
        <ul class="plain soft">
          {notes.map(({ field, value, message }) => (
            <li key={field + value}>
              {field} <q>{value}</q>: {message}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
