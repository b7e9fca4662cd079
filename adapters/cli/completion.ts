/** Completion in the shell: of commands, options and their values by its script, of names by what that asks. */
import { type Command, Option } from 'commander'
import { optionsWithNames, takesNames } from './complete-names.js'
import type { Terminal } from './output.js'

/** What a script says to be told names: `model-ledger complete show acme/`. It is no command of people. */
export const COMPLETE = 'complete'

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
      else terminal.out(script(wordsOf(program), valuesOf(program), namedOf(program)))
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

/** The commands behind which names may stand, and which options take one. */
type Named = ReadonlyArray<{ readonly path: string; readonly options: ReadonlyArray<string> }>

const namedOf = (command: Command, path: ReadonlyArray<string> = []): Named => [
  ...(takesNames(command) ? [{ path: path.join(' '), options: optionsWithNames(command) }] : []),
  ...command.commands.flatMap((inner) => namedOf(inner, [...path, inner.name()])),
]

const cases = (words: Words): string =>
  [...words].map(([path, after]) => `    '${path}') candidates='${after.join(' ')}' ;;`).join('\n')

/**
 * Names, where there are some, in place of words. Bash takes words apart at \`:\` and \`=\`: they are put together again, and what it
 * takes for another word is left out of the answer.
 */
const names = `_model_ledger_names() {
  local -a line=()
  local word glue='' current before='' name
  for word in "\${COMP_WORDS[@]:1:$COMP_CWORD}"; do
    if [[ \${#line[@]} -gt 0 && ( -n "$glue" || "$word" == [:=]* ) ]]; then
      line[\${#line[@]}-1]+="$word"
    else
      line+=("$word")
    fi
    glue=''
    if [[ "$word" == *[:=] ]]; then glue=1; fi
  done
  current="\${line[\${#line[@]}-1]}"
  if [[ "$current" == -* && "$current" != *=* ]]; then return; fi
  if [[ -z "\${ZSH_VERSION-}" && "$current" == *[:=]* ]]; then before="\${current%"\${current##*[:=]}"}"; fi
  while IFS= read -r name; do
    if [[ -z "$name" ]]; then continue; fi
    name="\${name#"$before"}"
    if [[ -z "\${ZSH_VERSION-}" && "$current" != \\"* && "$current" != \\'* ]]; then printf -v name %q "$name"; fi
    COMPREPLY+=("$name")
  done <<< "$("\${COMP_WORDS[0]}" ${COMPLETE} "\${line[@]}" 2>/dev/null)"
  if [[ \${#COMPREPLY[@]} -gt 0 && -z "\${ZSH_VERSION-}" ]]; then compopt -o nospace 2>/dev/null; fi
}
`

// In zsh, `path` is where programs are looked for, and an offset that begins with a letter is a modifier.
const bash = (words: Words, values: Values, named: Named): string => `${names}_model_ledger() {
  local typed='' word candidates=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$typed $word" in
${[...words.keys()]
  .filter((path) => path !== '')
  .map((path) => `      '${path.includes(' ') ? path : ` ${path}`}') typed='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$typed" in
${cases(words)}
  esac
  case "$typed \${COMP_WORDS[COMP_CWORD-1]}" in
${values.map(([path, option, choices]) => `    '${path} ${option}') candidates='${choices.join(' ')}' ;;`).join('\n')}
    *) case "$typed" in
      ${named.map(({ path }) => `'${path}'`).join('|')}) _model_ledger_names ;;
    esac ;;
  esac
  if [[ \${#COMPREPLY[@]} -gt 0 ]]; then return; fi
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _model_ledger model-ledger
`

const zsh = (words: Words, values: Values, named: Named): string =>
  `autoload -U +X bashcompinit && bashcompinit\n${bash(words, values, named)}`

const fish = (words: Words, values: Values, named: Named): string => {
  const within = (path: string): string =>
    path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`
  const choicesOf = (path: string, word: string): string => {
    const [, , choices] = values.find(([of, option]) => of === path && option === word) ?? []
    if (choices !== undefined) return ` -x -a '${choices.join(' ')}'`
    const takesName = named.some((each) => each.path === path && each.options.includes(word))
    return takesName ? ` -x -a '${ASKED_BY_FISH}'` : ''
  }
  const names = named
    .map(({ path }) => `complete -c model-ledger -n '${within(path)}' -a '${ASKED_BY_FISH}'\n`)
    .join('')
  const others = [...words]
    .flatMap(([path, after]) =>
      after.map((word) =>
        word.startsWith('--')
          ? `complete -c model-ledger -n '${within(path)}' -l ${word.slice(2)}${choicesOf(path, word)}\n`
          : `complete -c model-ledger -n '${within(path)}' -a ${word}\n`,
      ),
    )
    .join('')
  return `${others}${names}`
}
const ASKED_BY_FISH = `(model-ledger ${COMPLETE} (commandline -opc)[2..-1] (commandline -ct))`

const scripts: Readonly<Record<string, (words: Words, values: Values, named: Named) => string>> = { bash, zsh, fish }
