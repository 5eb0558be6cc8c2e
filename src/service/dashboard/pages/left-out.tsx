// Owns what did not arrive, and why: dead letters and rejections, grouped by cause with the way out.
import { saveCsv } from '../api/client.ts'
import { go, to } from '../shell/route.ts'
import { Choice } from '../ui/choice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Page } from '../ui/page.tsx'
import { attempt } from '../ui/toast.tsx'
import { Failures } from './failures.tsx'
import { Rejections } from './rejections.tsx'

type Part = 'failures' | 'rejections'

const LEADS: Readonly<Record<Part, string>> = {
  failures: 'Changes that Heymarket did not take. Each cause says what to correct, and can be put back.',
  rejections:
    'Records that cannot become a contact. They come in by themselves once the source is corrected.',
}

export function LeftOut({ part }: { part: Part }) {
  return (
    <Page
      title="Left out"
      lead={LEADS[part]}
      actions={
        <button
          type="button"
          class="button"
          onClick={() =>
            attempt(
              () => saveCsv(`/api/${part}`, `heysync-${part}.csv`),
              () => ({ text: `heysync-${part}.csv is saved.` }),
            )
          }
        >
          <Icon name="down" /> Export CSV
        </button>
      }
    >
      <div class="stack">
        <Choice
          label="What was left out"
          options={[
            ['failures', 'Not written'],
            ['rejections', 'Rejected records'],
          ]}
          value={part}
          onPick={(one) => go(one === 'failures' ? to('left-out') : to('left-out', one))}
        />
        {part === 'failures' ? <Failures /> : <Rejections />}
      </div>
    </Page>
  )
}
