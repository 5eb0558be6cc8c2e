// Owns the plot of the last day: what was written as bars, and the requests it took as a line; each part can be read
// out by pointer and by arrow keys, and the whole is a table for those who hear the page.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Status } from '../api/types.ts'
import { count, hour, many, span } from './format.ts'

type Throughput = Status['throughput']

const HEIGHT = 172
const PAD = { left: 44, right: 8, top: 10, bottom: 22 }

export function Plot({ throughput: { parts, partSeconds } }: { throughput: Throughput }) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [picked, setPicked] = useState<number | null>(null)
  const inner = { width: width - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom }
  const most = niceTop(Math.max(1, ...parts.map(({ written, requests }) => Math.max(written, requests))))
  const step = inner.width / Math.max(1, parts.length)
  const x = (at: number) => PAD.left + at * step
  const y = (n: number) => PAD.top + inner.height * (1 - n / most)
  const line = parts.map(({ requests }, at) => `${at === 0 ? 'M' : 'L'}${x(at) + step / 2} ${y(requests)}`)
  const part = picked === null ? undefined : parts[picked]
  const move = (by: number) =>
    setPicked((at) => Math.min(parts.length - 1, Math.max(0, (at ?? parts.length) + by)))
  return (
    <figure class="plot">
      <div
        ref={box}
        class="canvas"
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read out the parts
        tabIndex={0}
        aria-label="Written contacts and requests over the last day. The arrow keys read out each part."
        onPointerMove={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect()
          const at = Math.floor((event.clientX - left - PAD.left) / step)
          setPicked(at >= 0 && at < parts.length ? at : null)
        }}
        onPointerLeave={() => setPicked(null)}
        onBlur={() => setPicked(null)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') move(-1)
          if (event.key === 'ArrowRight') move(1)
        }}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {[0, 0.5, 1].map((share) => (
            <g key={share}>
              <line
                class="grid"
                x1={PAD.left}
                x2={width - PAD.right}
                y1={y(most * share)}
                y2={y(most * share)}
              />
              <text class="axis" x={PAD.left - 8} y={y(most * share) + 4} text-anchor="end">
                {short(most * share)}
              </text>
            </g>
          ))}
          {parts.map(({ at, written }, index) => (
            <rect
              key={at}
              class={index === picked ? 'column picked' : 'column'}
              x={x(index) + step * 0.12}
              width={Math.max(1, step * 0.76)}
              y={y(written)}
              height={Math.max(written > 0 ? 1.5 : 0, y(0) - y(written))}
              rx={Math.min(2, step * 0.2)}
            />
          ))}
          <path class="line" d={line.join('')} />
          {parts.map(({ at }, index) =>
            isTick(parts, index, width) && x(index) < width - 18 ? (
              <text key={at} class="axis" x={x(index)} y={HEIGHT - 5} text-anchor="middle">
                {hour(Date.parse(at))}
              </text>
            ) : null,
          )}
        </svg>
      </div>
      <figcaption>
        <span class="key">
          <i class="swatch written" /> written
        </span>
        <span class="key">
          <i class="swatch requests" /> requests
        </span>
        <span class="reading num" aria-live="polite">
          {part === undefined
            ? `${many(sum(parts, 'written'), 'change')} in ${many(sum(parts, 'requests'), 'request')} over the last ${span(partSeconds * parts.length)}`
            : `${hour(Date.parse(part.at))}: ${count(part.written)} written, ${many(part.requests, 'request')}`}
        </span>
      </figcaption>
    </figure>
  )
}

const sum = (parts: Throughput['parts'], key: 'written' | 'requests') =>
  parts.reduce((all, part) => all + part[key], 0)

const short = (n: number): string =>
  n >= 1_000 ? `${Number((n / 1_000).toFixed(1))}k` : count(Math.round(n))

/** The next of 2, 4, 10, 20, 40, 100, … so that half of it is round as well. */
function niceTop(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n))
  return [1, 2, 4, 6, 8, 10].map((m) => m * power).find((top) => top >= n && top >= 2) ?? 10 * power
}

/** Full hours, as many as find room. */
function isTick(parts: Throughput['parts'], index: number, width: number): boolean {
  const every = width < 480 ? 6 : 3
  const instant = (at: number) => new Date(parts[at]?.at ?? 0).getHours()
  return index > 0 && instant(index) % every === 0 && instant(index) !== instant(index - 1)
}

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(640)
  useEffect(() => {
    if (box.current === null) return
    const watching = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(240, Math.floor(entry.contentRect.width)))
    })
    watching.observe(box.current)
    return () => watching.disconnect()
  }, [])
  return width
}
