// Owns `demo`.
import type { Command } from '../command.ts'
export const demo: Command = {
  name: 'demo',
  summary: 'see it work, without an account',
  about: '',
  examples: [],
  run: async () => 0,
}
