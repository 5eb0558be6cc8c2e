// Owns `completion`: a script by which the shell completes commands and options.
import { HeysyncError } from '../../lib/errors.ts'
import type { Command, CommandEntry } from '../command.ts'
import { completionScript, SHELLS } from '../completion.ts'

/** `table`: this command is in it too. */
export const completionOf = (table: readonly CommandEntry[]): Command => ({
  about: 'For bash, zsh and fish. Put the line below into the file that your shell reads when it starts.',
  args: [{ name: 'shell', summary: SHELLS.join(', '), required: true }],
  examples: [
    { line: 'heysync completion bash', what: 'in ~/.bashrc: eval "$(heysync completion bash)"' },
    { line: 'heysync completion zsh', what: 'in ~/.zshrc, after compinit: eval "$(heysync completion zsh)"' },
    {
      line: 'heysync completion fish',
      what: 'once: heysync completion fish > ~/.config/fish/completions/heysync.fish',
    },
  ],
  run: async (call, io) => {
    const shell = SHELLS.find((one) => one === call.args[0])
    if (shell === undefined) {
      throw new HeysyncError('ERR_USAGE', {
        message: `heysync has no completion for ${call.args[0]}.`,
        hint: `It is one of ${SHELLS.join(', ')}.`,
      })
    }
    const loaded = await Promise.all(table.map(async (entry) => [entry, await entry.load()] as const))
    io.data(completionScript(shell, loaded))
    return 0
  },
})
