// Owns the words by which a person asks not to be texted.

/** Words that carriers take for an opt-out (Heymarket help: opt-out keywords). */
const STOP_WORDS = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit'])

/** True when a message says nothing but such a word. */
export function asksToStop(text: string): boolean {
  return STOP_WORDS.has(
    text
      .trim()
      .replace(/[.!]+$/, '')
      .toLowerCase(),
  )
}
