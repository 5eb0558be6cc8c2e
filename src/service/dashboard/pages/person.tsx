// Owns the answer to "why" about one person: the verdict first, then all that it rests on, both sides beside each other.
import { useResource } from '../api/resource.ts'
import type { Why } from '../api/why.ts'
import { opened } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { phone } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { Prose } from '../ui/prose.tsx'
import { Ready } from '../ui/waiting.tsx'
import type { Tone } from '../ui/words.ts'
import { BothSides } from './person-fields.tsx'
import { Consent, History, Lists, Pending } from './person-history.tsx'
import { Records } from './person-records.tsx'

export function Person({ asked }: { asked: string }) {
  const view = useResource<Why>(`/api/contacts/${encodeURIComponent(asked)}`, ['cycle', 'webhook'])
  const why = view.data
  return (
    <Page
      title={why === null ? phone(asked) : nameOf(why)}
      within={<a href={to('people')}>People</a>}
      lead={
        why?.phone ? (
          <span class="lead-row">
            <span class="num">{phone(why.phone)}</span>
            {why.asked === why.phone ? null : <span>asked for “{why.asked}”</span>}
          </span>
        ) : undefined
      }
    >
      <Ready view={view} lines={8}>
        {(answer) => (
          <div class="stack">
            <Verdict of={answer} />
            <BothSides of={answer} />
            <Records of={answer} />
            <div class="split even">
              <Consent of={answer} />
              <Lists of={answer} />
            </div>
            <Pending of={answer} />
            <History of={answer} />
          </div>
        )}
      </Ready>
    </Page>
  )
}

function nameOf({ contact, heymarket, phone: number, asked }: Why): string {
  const own = (field: string) => contact?.fields.find((one) => one.field === field)?.value ?? ''
  const theirs = (field: string) => (typeof heymarket?.[field] === 'string' ? heymarket[field] : '')
  const full = (read: (field: string) => string) =>
    read('displayName') || [read('first'), read('last')].filter(Boolean).join(' ')
  return full(own) || full(theirs) || phone(number ?? asked)
}

function toneOf({ erased, held, operation, contact, heymarket, rejections }: Why): Tone {
  if (operation?.state === 'dead') return 'bad'
  if (held) return 'warn'
  if (erased) return 'quiet'
  if (contact && heymarket && contact.state === 'wanted') return operation ? 'info' : 'good'
  if (operation) return 'info'
  return rejections.length > 0 && contact === null ? 'bad' : 'quiet'
}

function Verdict({ of: why }: { of: Why }) {
  const { held } = why
  return (
    <div class="verdict">
      <Notice
        tone={toneOf(why)}
        title={<Prose text={why.verdict} />}
        actions={
          held ? (
            <button
              type="button"
              class="button strong"
              onClick={() => {
                opened.value = { kind: 'approve', cycle: held.cycle }
              }}
            >
              Approve…
            </button>
          ) : null
        }
      />
    </div>
  )
}
