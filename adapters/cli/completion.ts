/** Completion of commands and options in the shell. */
import { type Command, Option } from 'commander'
import type { Terminal } from './output.js'

export const completionCommand = (program: Command, terminal: Terminal): void => {
  program
    .command('completion')
    .description('Print the completion script of a shell: bash, zsh or fish.')
    .argument('<shell>')
    .addHelpText('after', '\nExample:\n  $ source <(model-ledger completion bash)')
    .action((shell: string, _: object, command: Command) => {
      const script = scripts[shell]
      if (script === undefined)
        command.error(`error: the shell is one of ${Object.keys(scripts).join(', ')}`, { exitCode: 2 })
      else terminal.out(script(wordsOf(program)))
    })
}

/** The words that may follow each command: its own commands and options. */
type Words = ReadonlyMap<string, ReadonlyArray<string>>

const wordsOf = (program: Command): Words => {
  const words = new Map<string, ReadonlyArray<string>>()
  const visit = (command: Command, path: ReadonlyArray<string>): void => {
    const options = [...command.options, ...(command === program ? [] : program.options)]
      .filter((option) => option instanceof Option)
      .flatMap(({ long }) => long ?? [])
    words.set(path.join(' '), [...command.commands.map((inner) => inner.name()), ...options, '--help'])
    for (const inner of command.commands) visit(inner, [...path, inner.name()])
  }
  visit(program, [])
  return words
}

const cases = (words: Words): string =>
  [...words].map(([path, after]) => `    '${path}') candidates='${after.join(' ')}' ;;`).join('\n')

const bash = (words: Words): string => `_model_ledger() {
  local path='' word candidates=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${[...words.keys()]
  .filter((path) => path !== '')
  .map((path) => `      '${path.includes(' ') ? path : ` ${path}`}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases(words)}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _model_ledger model-ledger
`

const zsh = (words: Words): string => `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`

const fish = (words: Words): string =>
  [...words]
    .flatMap(([path, after]) =>
      after.map((word) => {
        const condition =
          path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`
        return word.startsWith('--')
          ? `complete -c model-ledger -n '${condition}' -l ${word.slice(2)}\n`
          : `complete -c model-ledger -n '${condition}' -a ${word}\n`
      }),
    )
    .join('')

const scripts: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish }
