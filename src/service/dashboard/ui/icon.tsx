// Owns the icons: strokes on a grid of 20, drawn for this page. They only accompany words, so no reader hears them.

const SHAPES = {
  overview: 'M3 11.5h3l2-6 4 9 2-5h3',
  cycles: 'M4 8.5a6.2 6.2 0 0 1 11-2M16 11.5a6.2 6.2 0 0 1-11 2M15.2 3v3.6h-3.6M4.8 17v-3.6h3.6',
  people: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M4 16.5c.6-3 3-4.7 6-4.7s5.4 1.7 6 4.7',
  leftOut: 'M10 3.5 17.5 16h-15L10 3.5M10 8.5v3.6M10 14.2v.1',
  lists: 'M7.5 5.5H17M7.5 10H17M7.5 14.5H17M3.5 5.5h.1M3.5 10h.1M3.5 14.5h.1',
  messages: 'M3 4.5h14v9H9l-3.5 3v-3H3v-9',
  settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
  more: 'M4 10h.1M10 10h.1M16 10h.1',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6M10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1',
  moon: 'M16.5 11.8A6.8 6.8 0 0 1 8.2 3.5a6.8 6.8 0 1 0 8.3 8.3',
  close: 'M5 5l10 10M15 5 5 15',
  good: 'M4.5 10.5 8.3 14.3 15.5 6',
  info: 'M10 9v5M10 6v.1',
  warn: 'M10 5.5v5.5M10 14.2v.1',
  bad: 'M6 6l8 8M14 6l-8 8',
  quiet: 'M6 10h8',
  pause: 'M7 4.5v11M13 4.5v11',
  play: 'M6.5 4 15.5 10 6.5 16V4',
  arrow: 'M4 10h12M11.5 5.5 16 10l-4.5 4.5',
  down: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  copy: 'M7.5 7.5h9v9h-9v-9M4 12.5V3.5h8.5',
  bolt: 'M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10l1-6',
} as const

export type IconName = keyof typeof SHAPES

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  )
}
