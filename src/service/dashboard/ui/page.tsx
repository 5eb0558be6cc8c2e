// Owns the frame of every page: its one heading, what stands beside it, and panels with a heading of their own.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

interface PageGiven {
  readonly title: string
  /** Above the title: where this belongs. */
  readonly within?: ComponentChildren
  readonly lead?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

/** True once a person has gone from one page to another: then the heading takes the focus, so that it is read. */
let moved = false
addEventListener('hashchange', () => {
  moved = true
})

export function Page({ title, within, lead, actions, children }: PageGiven) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · heysync`
  }, [title])
  useEffect(() => {
    if (!moved) return
    scrollTo(0, 0)
    if (document.querySelector('dialog[open]') === null) heading.current?.focus()
  }, [])
  return (
    <>
      <header class="page-head">
        <div>
          {within ? <p class="within">{within}</p> : null}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead ? <p class="lead">{lead}</p> : null}
        </div>
        {actions ? <div class="actions">{actions}</div> : null}
      </header>
      {children}
    </>
  )
}

interface PanelGiven {
  readonly title: string
  readonly note?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
  readonly class?: string
}

export function Panel({ title, note, actions, children, class: more = '' }: PanelGiven) {
  const id = useId()
  return (
    <section class={`panel ${more}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note ? <span class="note">{note}</span> : null}
        {actions ? <div class="actions">{actions}</div> : null}
      </header>
      {children}
    </section>
  )
}

/** A table may be wider than a phone; then it scrolls by itself, also by keyboard. */
export function Table({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  )
}

export function More({ more, busy }: { more: (() => void) | null; busy: boolean }) {
  if (more === null) return null
  return (
    <div class="more">
      <button type="button" class="button" onClick={more} disabled={busy}>
        {busy ? 'Loading…' : 'Show more'}
      </button>
    </div>
  )
}
