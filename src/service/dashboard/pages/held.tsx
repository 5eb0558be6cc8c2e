// Owns how a held part is shown: what the guard holds, why, and the two ways out.
import type { HeldPart } from '../api/types.ts'
import { opened } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { many } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Prose } from '../ui/prose.tsx'

export function HeldNotice({ part }: { part: HeldPart }) {
  return (
    <Notice
      tone="warn"
      title={`${many(part.changes, 'change')} of ${part.about} ${part.changes === 1 ? 'is' : 'are'} held by the guard`}
      actions={
        <>
          <a class="button" href={`${to('cycles', part.cycle)}?state=held`}>
            Look at {part.changes === 1 ? 'it' : 'them'}
          </a>
          <button
            type="button"
            class="button strong"
            onClick={() => {
              opened.value = { kind: 'approve', cycle: part.cycle }
            }}
          >
            Approve…
          </button>
        </>
      }
    >
      <p>
        <Prose text={part.reason} />
      </p>
      <p class="way">
        <b>Way out</b> Approve, if it is meant. If not, correct the source or the mapping: the next cycle then
        plans anew.
      </p>
    </Notice>
  )
}

export function HeldReason({ part }: { part: HeldPart }) {
  return (
    <p class="held-reason">
      <b>{part.about}</b> <Prose text={part.reason} />
    </p>
  )
}
