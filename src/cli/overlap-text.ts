// Owns the sentence about rows that turned up late.
import { many } from './table-text.ts'

/** Where the window of a source reaches further back than the config says. */
export function overlapText({ id, overlapSeconds }: { id: string; overlapSeconds: number }): string {
  return `${id} reads ${many(Math.ceil(overlapSeconds / 60), 'minute')} before its last change again: rows turned up late`
}
