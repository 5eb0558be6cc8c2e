// Owns instants on the page: relative, because that is what one asks; exact on hover, and for machines.
import { now } from './clock.ts'
import { exact, relative } from './format.ts'

export function Time({ at, none = 'never' }: { at: string | null; none?: string }) {
  if (at === null) return <span class="soft">{none}</span>
  const instant = Date.parse(at)
  return (
    <time class="num" dateTime={at} title={exact(instant)}>
      {relative(instant, now.value)}
    </time>
  )
}
