// Owns what is shown instead of data: while it comes, when there is none yet, and when it could not be read.
import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api/client.ts'
import { refresh, type View } from '../api/resource.ts'
import { Icon, type IconName } from './icon.tsx'
import { Notice } from './notice.tsx'
import { Prose } from './prose.tsx'

export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">Loading…</span>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class="bone" aria-hidden="true" />
      ))}
    </div>
  )
}

/** Nothing there: says why, and what to do next. */
export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName
  title: string
  children?: ComponentChildren
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="head">{title}</p>
      {children ? <div class="soft">{children}</div> : null}
    </div>
  )
}

export function Failed({ error }: { error: ApiError }) {
  return (
    <Notice
      tone="bad"
      urgent
      title={error.message}
      actions={
        <button type="button" class="button" onClick={() => refresh()}>
          Try again
        </button>
      }
    >
      {error.hint === null ? null : (
        <p class="way">
          <b>Way out</b> <Prose text={error.hint} />
        </p>
      )}
      <p class="fine">
        <code>{error.code}</code>
      </p>
    </Notice>
  )
}

/** The data once it is there; what came before stays when a later try fails. */
export function Ready<T>({
  view,
  lines,
  children,
}: {
  view: View<T>
  lines?: number
  children: (data: T) => ComponentChildren
}) {
  if (view.data === null) return view.error ? <Failed error={view.error} /> : <Skeleton lines={lines ?? 4} />
  return (
    <>
      {view.error ? <Failed error={view.error} /> : null}
      {children(view.data)}
    </>
  )
}
