// Owns shell completion: the command table as a script that bash, zsh or fish reads. Pure.
import type { Command, CommandEntry, OptionSpec } from './command.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Word {
  readonly text: string
  readonly about: string
  /** Something has to follow it. */
  readonly takesValue: boolean
}

interface Entry {
  readonly name: string
  readonly summary: string
  readonly options: readonly Word[]
}

const EVERYWHERE: readonly OptionSpec[] = [
  { flags: '--config <file>', summary: 'config file' },
  { flags: '--verbose', summary: 'say every request' },
  { flags: '--help', summary: 'what it does, with examples' },
]

const JSON_OPTION: OptionSpec = { flags: '--json', summary: 'print data for a script' }

/** A script for this shell; file names are offered wherever no word fits. */
export function completionScript(
  shell: Shell,
  commands: readonly (readonly [CommandEntry, Command])[],
): string {
  const entries = commands.map(([{ name, summary }, command]) => ({
    name,
    summary,
    options: [
      ...(command.options ?? []),
      ...(command.json === undefined ? [] : [JSON_OPTION]),
      ...EVERYWHERE,
    ].map(word),
  }))
  return { bash, zsh, fish }[shell](entries)
}

/** `-c, --config <file>` becomes the word `--config`, which takes a value. */
function word({ flags, summary }: OptionSpec): Word {
  const long = /--[a-z][a-z-]*/.exec(flags)?.[0] ?? flags
  return { text: long, about: summary, takesValue: /[<[]/.test(flags) }
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ name, options }) => `    ${name}) words=${quoted(options.map(({ text }) => text).join(' '))} ;;`,
  )
  return `# Completion for heysync in bash: eval "$(heysync completion bash)"
_heysync() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  case $command in
    '') words=${quoted(entries.map(({ name }) => name).join(' '))} ;;
${cases.join('\n')}
    *) words='' ;;
  esac
  # Within a command, words are offered once a dash is typed; before it, file names are.
  if [[ -n $command && $current != -* ]]; then COMPREPLY=(); return; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _heysync heysync
`
}

function zsh(entries: readonly Entry[]): string {
  const commands = entries.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`)
  const cases = entries.map(({ name, options }) => {
    const specs = options.map(({ text, about, takesValue }) =>
      quoted(`${text}[${about.replaceAll(/[[\]:]/g, ' ')}]${takesValue ? ':value:_files' : ''}`),
    )
    return `    ${name}) _arguments ${[...specs, quoted('*:value:_files')].join(' ')} ;;`
  })
  return `#compdef heysync
# Completion for heysync in zsh: put it into a folder of $fpath as _heysync, or eval "$(heysync completion zsh)"
_heysync() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _heysync ]; then _heysync "$@"; else compdef _heysync heysync; fi
`
}

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ name, summary, options }) => [
    `complete -c heysync -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ...options.map(
      ({ text, about, takesValue }) =>
        `complete -c heysync -n '__fish_seen_subcommand_from ${name}' -l ${text.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(about)}`,
    ),
  ])
  return `# Completion for heysync in fish: heysync completion fish > ~/.config/fish/completions/heysync.fish
${lines.join('\n')}
`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
