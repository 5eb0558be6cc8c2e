// Owns what was just done, said once at the edge of the page and read aloud.
import { signal } from '@preact/signals'
import { messageOf } from '../api/client.ts'
import { Icon } from './icon.tsx'
import { Prose } from './prose.tsx'
import type { Tone } from './words.ts'

interface Toast {
  readonly id: number
  readonly tone: Tone
  readonly text: string
  readonly hint: string | null
  readonly href: string | null
}

const SHOWN_MS = 8_000
const toasts = signal<readonly Toast[]>([])
let lastId = 0

function tell(
  tone: Tone,
  text: string,
  { hint = null, href = null }: { hint?: string | null; href?: string | null } = {},
): void {
  lastId += 1
  const id = lastId
  toasts.value = [...toasts.value.slice(-2), { id, tone, text, hint, href }]
  // What went wrong stays until it is put away.
  if (tone !== 'bad') setTimeout(() => drop(id), SHOWN_MS)
}

/** Does it and says what came of it; true when it went well. */
export async function attempt<T>(
  what: () => Promise<T>,
  good: (result: T) => { text: string; href?: string },
): Promise<boolean> {
  try {
    const { text, href = null } = good(await what())
    tell('good', text, { href })
    return true
  } catch (error) {
    const { message, hint } = messageOf(error)
    tell('bad', message, { hint })
    return false
  }
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text, hint, href }) => (
        <div key={id} class={`toast ${tone}`}>
          <Icon name={tone} />
          <div>
            <p>{text}</p>
            {hint === null ? null : (
              <p class="soft">
                <Prose text={hint} />
              </p>
            )}
            {href === null ? null : <a href={href}>Watch it</a>}
          </div>
          <button type="button" class="button bare" aria-label="Put away" onClick={() => drop(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
