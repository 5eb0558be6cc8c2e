// Owns the settings: what heysync runs with, what it learnt of the account, and what can be switched here.
import { logout, reconcile, reload } from '../api/actions.ts'
import { refresh, useResource } from '../api/resource.ts'
import type { Settings as Answer } from '../api/types.ts'
import { to } from '../shell/route.ts'
import { useStatus } from '../shell/status.ts'
import { Choice } from '../ui/choice.tsx'
import { count, many } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Page, Panel, Table } from '../ui/page.tsx'
import { Prose } from '../ui/prose.tsx'
import { type Theme, theme } from '../ui/theme.ts'
import { Time } from '../ui/time.tsx'
import { attempt } from '../ui/toast.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'
import { PauseButton } from './pause-button.tsx'
import { Yaml } from './yaml.tsx'

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

export function Settings() {
  const view = useResource<Answer>('/api/settings', ['status'])
  const { data: status } = useStatus()
  return (
    <Page
      title="Settings"
      lead="What heysync runs with. The config file is the one place to change it; secrets are masked."
      actions={
        <>
          {status === null ? null : <PauseButton paused={status.state === 'paused'} source={null} />}
          <button
            type="button"
            class="button"
            onClick={() =>
              attempt(reconcile, ({ cycle }) => ({
                text: "All of Heymarket's contacts are read again.",
                href: to('cycles', cycle),
              }))
            }
          >
            Reconcile
          </button>
          <button type="button" class="button strong" onClick={reloadConfig}>
            Reload config
          </button>
        </>
      }
    >
      <Ready view={view} lines={10}>
        {(settings) => (
          <div class="stack">
            {settings.warnings.length === 0 ? null : (
              <Notice tone="warn" title={many(settings.warnings.length, 'warning')}>
                <ul class="plain">
                  {settings.warnings.map((text) => (
                    <li key={text}>
                      <Prose text={text} />
                    </li>
                  ))}
                </ul>
              </Notice>
            )}
            <div class="split">
              <Panel title="Config" note={<code>{settings.configPath}</code>}>
                <Yaml text={settings.config} />
              </Panel>
              <div class="stack">
                <Panel title="Appearance">
                  <div class="pad">
                    <Choice
                      label="Appearance"
                      options={THEMES}
                      value={theme.value}
                      onPick={(one) => {
                        theme.value = one as Theme
                      }}
                    />
                  </div>
                </Panel>
                <Webhooks of={settings} />
                <Account of={settings} />
                <Panel title="This service">
                  <dl class="pairs">
                    <div>
                      <dt>Database</dt>
                      <dd>
                        <code>{settings.databasePath}</code>
                      </dd>
                    </div>
                    {status === null ? null : (
                      <>
                        <div>
                          <dt>Version</dt>
                          <dd class="num">{status.version}</dd>
                        </div>
                        <div>
                          <dt>Started</dt>
                          <dd>
                            <Time at={status.startedAt} />
                          </dd>
                        </div>
                      </>
                    )}
                  </dl>
                  <p class="pad">
                    <button type="button" class="button small" onClick={signOut}>
                      Sign out
                    </button>
                  </p>
                </Panel>
              </div>
            </div>
          </div>
        )}
      </Ready>
    </Page>
  )
}

/** Without a token of the service, everybody stays signed in. */
const signOut = async () => {
  await attempt(logout, () => ({ text: 'Signed out.' }))
  refresh()
}

const reloadConfig = () =>
  attempt(reload, ({ changed, warnings }) => ({
    text: [
      changed.length === 0
        ? 'The config is read again; nothing changed.'
        : `The config is read again. Changed: ${changed.join(', ')}.`,
      ...warnings,
    ].join(' '),
  }))

function Webhooks({ of: { webhooks } }: { of: Answer }) {
  return (
    <Panel title="Webhooks">
      {webhooks.url === null ? (
        <Empty icon="messages" title="No webhook is set up">
          With <code>service.webhookSecret</code> in heysync.yaml, replies and opt-outs arrive within seconds.
        </Empty>
      ) : (
        <dl class="pairs">
          <div>
            <dt>Address</dt>
            <dd>
              <code class="break">{webhooks.url}</code>
            </dd>
          </div>
          <div>
            <dt>Last call</dt>
            <dd>
              <Time at={webhooks.lastAt} none="none yet" />
            </dd>
          </div>
          <div>
            <dt>Waiting</dt>
            <dd class="num">{count(webhooks.waiting)}</dd>
          </div>
        </dl>
      )}
    </Panel>
  )
}

function Account({ of: { account } }: { of: Answer }) {
  return (
    <Panel title="Learnt of the account">
      {account.length === 0 ? (
        <Empty icon="search" title="Nothing yet">
          What Heymarket takes and what it does not is found out by the first writes.
        </Empty>
      ) : (
        <Table label="Facts of the account">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Is</th>
              <th scope="col">Since</th>
            </tr>
          </thead>
          <tbody>
            {account.map(({ fact, value, since }) => (
              <tr key={fact}>
                <th scope="row">{fact}</th>
                <td>{value}</td>
                <td>
                  <Time at={since} none="" />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}
