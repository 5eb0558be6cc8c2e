// Owns sentences of the service: `code` in them is set as code, and a command can be copied.
import { useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

const COMMAND = /^heysync [a-z]/

export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split('`').map((part, at) =>
        at % 2 === 0 ? (
          part
        ) : (
          <span key={at} class="snippet">
            <code>{part}</code>
            {COMMAND.test(part) ? <Copy text={part} /> : null}
          </span>
        ),
      )}
    </>
  )
}

function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false)
  if (navigator.clipboard === undefined) return null
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setDone(true),
      () => setDone(false),
    )
  return (
    <button
      type="button"
      class="copy"
      aria-label={done ? `Copied: ${text}` : `Copy: ${text}`}
      title={done ? 'Copied' : 'Copy'}
      onClick={copy}
      onBlur={() => setDone(false)}
    >
      <Icon name={done ? 'good' : 'copy'} />
    </button>
  )
}
