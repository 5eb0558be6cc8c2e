// Owns pausing and going on, of one source or of all.
import { pause, resume } from '../api/actions.ts'
import { Icon } from '../ui/icon.tsx'
import { attempt } from '../ui/toast.tsx'

interface Given {
  readonly paused: boolean
  /** Null is all of them. */
  readonly source: string | null
  readonly small?: boolean
}

export function PauseButton({ paused, source, small = false }: Given) {
  const what = source ?? 'heysync'
  const press = () =>
    paused
      ? attempt(
          () => resume(source),
          () => ({ text: `${what} goes on.` }),
        )
      : attempt(
          () => pause(source),
          () => ({ text: `${what} is paused. What is under way still ends.` }),
        )
  return (
    <button
      type="button"
      class={small ? 'button small' : 'button'}
      aria-label={`${paused ? 'Resume' : 'Pause'} ${what}`}
      onClick={press}
    >
      <Icon name={paused ? 'play' : 'pause'} />
      {paused ? 'Resume' : 'Pause'}
    </button>
  )
}
