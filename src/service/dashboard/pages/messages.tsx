// Owns what was sent and what came back: broadcasts with their replies, what is scheduled, and the newest replies.
import { useResource } from '../api/resource.ts'
import type { Messages as Answer } from '../api/types.ts'
import { to } from '../shell/route.ts'
import { State, Tag } from '../ui/badge.tsx'
import { count, percent, phone } from '../ui/format.ts'
import { Page, Panel } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'

export function Messages() {
  const view = useResource<Answer>('/api/messages', ['webhook', 'cycle'])
  return (
    <Page title="Messages" lead="What heysync sent, each message once, and what came back.">
      <Ready view={view} lines={8}>
        {(messages) => (
          <div class="split">
            <div class="stack">
              <Broadcasts of={messages} />
              <Scheduled of={messages} />
            </div>
            <Replies of={messages} />
          </div>
        )}
      </Ready>
    </Page>
  )
}

function Broadcasts({ of: { broadcasts } }: { of: Answer }) {
  return (
    <Panel title="Broadcasts">
      {broadcasts.length === 0 ? (
        <Empty icon="messages" title="No broadcast yet">
          <code>heysync broadcast</code> sends to many, and never to somebody who opted out.
        </Empty>
      ) : (
        <ul class="broadcasts">
          {broadcasts.map(({ key, state, createdAt, text, reached, replies, optOuts }) => (
            <li key={key}>
              <p class="record-head">
                <State of={state} />
                <span class="soft">
                  <Time at={createdAt} />
                </span>
                <code class="mono">{key}</code>
              </p>
              <p class="message">{text}</p>
              <dl class="inline num">
                <div>
                  <dt>reached</dt>
                  <dd>{count(reached)}</dd>
                </div>
                <div>
                  <dt>replied</dt>
                  <dd>
                    {count(replies)}
                    {reached > 0 ? <span class="soft"> {percent(replies, reached).toFixed(1)} %</span> : null}
                  </dd>
                </div>
                <div>
                  <dt>opted out</dt>
                  <dd>{count(optOuts)}</dd>
                </div>
              </dl>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Scheduled({ of: { scheduled } }: { of: Answer }) {
  return (
    <Panel title="Scheduled">
      {scheduled.length === 0 ? (
        <Empty icon="cycles" title="Nothing is scheduled">
          <code>heysync schedule</code> sends later, once or again and again.
        </Empty>
      ) : (
        <ul class="broadcasts">
          {scheduled.map(({ key, state, executeAt, target, text }) => (
            <li key={key}>
              <p class="record-head">
                <State of={state} />
                <span>
                  <Time at={executeAt} none="no time" />
                </span>
                <span class="soft">to {target}</span>
              </p>
              <p class="message">{text}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Replies({ of: { replies } }: { of: Answer }) {
  return (
    <Panel title="Replies" note="by webhook, newest first">
      {replies.length === 0 ? (
        <Empty icon="messages" title="No reply yet">
          They arrive by webhook. The <a href={to('settings')}>settings</a> say whether one is set up.
        </Empty>
      ) : (
        <ul class="replies">
          {replies.map(({ phone: number, name, text, at, optOut }) => (
            <li key={number + at}>
              <p class="record-head">
                <a href={to('people', number)}>{name || phone(number)}</a>
                {optOut ? <Tag tone="warn">opted out</Tag> : null}
                <span class="soft">
                  <Time at={at} />
                </span>
              </p>
              <p class="bubble">{text}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
