// Shell completion: the words of the command table, in a real shell.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completionScript, SHELLS } from '../../src/cli/completion.ts'
import { commands } from '../../src/cli/table.ts'

const all = await Promise.all(commands.map(async (entry) => [entry, await entry.load()] as const))

/** What bash offers for these words, of which the last is being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash', all)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_heysync
printf '%s\\n' "\${COMPREPLY[@]}"`
  // With a socket as its input, which Node gives it, bash may take itself for a remote shell and read the system's bashrc.
  const { stdout, stderr, status } = spawnSync('bash', ['-euc', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  return stdout.split('\n').filter((line) => line !== '')
}

test('bash completes commands, and the options of the command that was typed', () => {
  expect(offered('heysync', 'res')).toEqual(['resync', 'resume', 'restore'])
  expect(offered('heysync', 'sync', '--f')).toEqual(['--full'])
  expect(offered('heysync', '--verbose', 'sync', '--s')).toEqual(['--source'])
  expect(offered('heysync', 'backup', 'x.db', '--')).toContain('--replace')
  expect(offered('heysync', 'backup', '')).toEqual([])
  expect(offered('heysync', 'nonsense', '--')).toEqual([])
})

test.each(SHELLS)('%s has every command', (shell) => {
  const script = completionScript(shell, all)
  for (const { name } of commands) expect(script).toMatch(new RegExp(`(^|[^-\\w])${name}([^-\\w]|$)`, 'm'))
})
