// Owns dialogs: the browser's own, so that focus, Esc and what lies behind are looked after.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

interface Given {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  /** Names its form: a drawer at the side instead of a sheet in the middle. */
  readonly kind?: 'sheet' | 'drawer'
}

/** Is open for as long as it is rendered. */
export function Dialog({ title, onClose, children, kind = 'sheet' }: Given) {
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    box.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={box}
      class={`dialog ${kind}`}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={onClose}
      // A click beside it lands on the dialog itself, one inside it on what it holds.
      onClick={(event) => event.target === box.current && onClose()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="inside">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="button bare" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
