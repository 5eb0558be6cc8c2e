// Owns how a state is shown: a word with a sign and a colour, never a colour alone.
import { Icon } from './icon.tsx'
import { said, saidOfCycle, type Tone } from './words.ts'

export function Tag({ tone, children }: { tone: Tone; children: preact.ComponentChildren }) {
  return <span class={`tag ${tone}`}>{children}</span>
}

export function State({ of }: { of: string }) {
  const { text, tone } = said(of)
  return <Badge text={text} tone={tone} busy={of === 'syncing' || of === 'running'} />
}

export function CycleState({ of }: { of: string }) {
  const { text, tone } = saidOfCycle(of)
  return <Badge text={text} tone={tone} busy={of === 'running'} />
}

function Badge({ text, tone, busy }: { text: string; tone: Tone; busy: boolean }) {
  return (
    <span class={`badge ${tone}`}>
      {busy ? <span class="spinner" aria-hidden="true" /> : <Icon name={tone} />}
      {text}
    </span>
  )
}
