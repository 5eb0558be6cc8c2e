// Owns what needs attention: what happened, since when, and the way out, with the button that takes it.
import type { ComponentChildren } from 'preact'
import type { Problem } from '../api/types.ts'
import { Icon } from './icon.tsx'
import { Prose } from './prose.tsx'
import { Time } from './time.tsx'
import type { Tone } from './words.ts'

interface Given {
  readonly tone: Tone
  readonly title: ComponentChildren
  readonly children?: ComponentChildren
  /** Buttons and links. */
  readonly actions?: ComponentChildren
  /** Heard at once when it appears. */
  readonly urgent?: boolean
}

export function Notice({ tone, title, children, actions, urgent = false }: Given) {
  return (
    <div class={`notice ${tone}`} {...(urgent ? { role: 'alert' } : {})}>
      <span class="mark">
        <Icon name={tone} />
      </span>
      <div class="say">
        <p class="head">{title}</p>
        {children}
      </div>
      {actions ? <div class="actions">{actions}</div> : null}
    </div>
  )
}

/** A problem as the API tells it. */
export function ProblemNotice({
  problem,
  tone = 'bad',
  actions,
}: {
  problem: Omit<Problem, 'since'> & { since?: string | null }
  tone?: Tone
  actions?: ComponentChildren
}) {
  return (
    <Notice tone={tone} title={<Prose text={problem.message} />} actions={actions}>
      {problem.hint === null ? null : (
        <p class="way">
          <b>Way out</b> <Prose text={problem.hint} />
        </p>
      )}
      <p class="fine">
        <code>{problem.code}</code>
        {problem.since ? (
          <>
            {' · '}since <Time at={problem.since} />
          </>
        ) : null}
      </p>
    </Notice>
  )
}
