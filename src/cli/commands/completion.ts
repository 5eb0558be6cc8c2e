// Owns `completion`: a script by which the shell completes commands and options.
import { HeysyncError } from '../../lib/errors.ts'
import type { Command } from '../command.ts'
import { completionScript, SHELLS } from '../completion.ts'

export const completion: Command = {
  about: 'For bash, zsh and fish. Put the line below into the file that your shell reads when it starts.',
  args: [{ name: 'shell', summary: SHELLS.join(', '), required: true }],
  examples: [
    { line: 'eval "$(heysync completion bash)"', what: 'in ~/.bashrc' },
    { line: 'eval "$(heysync completion zsh)"', what: 'in ~/.zshrc, after compinit' },
    { line: 'heysync completion fish > ~/.config/fish/completions/heysync.fish', what: 'once' },
  ],
  run: async (call, io) => {
    const shell = SHELLS.find((one) => one === call.args[0])
    if (shell === undefined) {
      throw new HeysyncError('ERR_USAGE', {
        message: `heysync has no completion for ${call.args[0]}.`,
        hint: `It is one of ${SHELLS.join(', ')}.`,
      })
    }
    // Asked for when it runs: the table holds this command too.
    const { commands } = await import('../table.ts')
    const loaded = await Promise.all(commands.map(async (entry) => [entry, await entry.load()] as const))
    io.data(completionScript(shell, loaded))
    return 0
  },
}
