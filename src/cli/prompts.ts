// Owns what a wizard asks a person: the questions, and the two ways out of each, back and away.

export interface Choice<T> {
  readonly value: T
  readonly label: string
  readonly hint?: string
}

export interface Prompts {
  intro(title: string): void
  /** Where one is: a heading. */
  step(title: string): void
  /** Lines between two questions. */
  say(text: string): void
  warn(text: string): void
  outro(text: string): void
  text(question: TextQuestion): Promise<string>
  /** What is typed is not shown. */
  secret(question: Pick<TextQuestion, 'message' | 'check'>): Promise<string>
  pick<T>(question: {
    readonly message: string
    readonly choices: readonly Choice<T>[]
    readonly initial?: T
  }): Promise<T>
  confirm(question: { readonly message: string; readonly initial?: boolean }): Promise<boolean>
  /** Says what is going on for as long as it does. */
  busy<T>(doing: string, work: () => Promise<T>): Promise<T>
}

export interface TextQuestion {
  readonly message: string
  readonly initial?: string
  readonly placeholder?: string
  /** What is wrong with it; undefined where nothing is. */
  readonly check?: (typed: string) => string | undefined
}

/** Esc: to the step before. */
export class WentBack extends Error {}

/** Ctrl-C: away from all of it. */
export class Cancelled extends Error {}
