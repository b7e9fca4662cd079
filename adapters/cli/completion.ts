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
      else terminal.out(script(wordsOf(program), valuesOf(program)))
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

/** The values that may follow an option, by its command and its name. */
type Values = ReadonlyArray<readonly [path: string, option: string, choices: ReadonlyArray<string>]>

const valuesOf = (command: Command, path: ReadonlyArray<string> = []): Values => [
  ...command.options.flatMap(({ long, argChoices }) =>
    long == null || argChoices === undefined ? [] : [[path.join(' '), long, argChoices] as const],
  ),
  ...command.commands.flatMap((inner) => valuesOf(inner, [...path, inner.name()])),
]

const cases = (words: Words): string =>
  [...words].map(([path, after]) => `    '${path}') candidates='${after.join(' ')}' ;;`).join('\n')

const bash = (words: Words, values: Values): string => `_model_ledger() {
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
  case "$path \${COMP_WORDS[COMP_CWORD-1]}" in
${values.map(([path, option, choices]) => `    '${path} ${option}') candidates='${choices.join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _model_ledger model-ledger
`

const zsh = (words: Words, values: Values): string =>
  `autoload -U +X bashcompinit && bashcompinit\n${bash(words, values)}`

const fish = (words: Words, values: Values): string => {
  const within = (path: string): string =>
    path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`
  const choicesOf = (path: string, word: string): string => {
    const [, , choices] = values.find(([of, option]) => of === path && option === word) ?? []
    return choices === undefined ? '' : ` -x -a '${choices.join(' ')}'`
  }
  return [...words]
    .flatMap(([path, after]) =>
      after.map((word) =>
        word.startsWith('--')
          ? `complete -c model-ledger -n '${within(path)}' -l ${word.slice(2)}${choicesOf(path, word)}\n`
          : `complete -c model-ledger -n '${within(path)}' -a ${word}\n`,
      ),
    )
    .join('')
}

const scripts: Readonly<Record<string, (words: Words, values: Values) => string>> = { bash, zsh, fish }
