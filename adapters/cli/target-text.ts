/** What a command that writes the files of a version into a directory says of what else lies there. */
import { few } from '../../projections/audit/wording.js'
import type { CommandContext } from './command-context.js'
import { plain } from './output.js'

/** Told before it is removed, a line each; for programs the answer has it. */
export const removing =
  ({ terminal, inJson }: Pick<CommandContext, 'terminal' | 'inJson'>, write: (text: string) => void = terminal.out) =>
  (paths: ReadonlyArray<string>): void => {
    if (!inJson) write(removedText('removing', paths))
  }

export const removedText = (how: string, paths: ReadonlyArray<string>): string =>
  paths.map((path) => `${how} ${plain(path)}\n`).join('')

/** What stays and is not of the version. */
export const othersText = (others: ReadonlyArray<string>, isExact: boolean): string => {
  if (others.length === 0) return ''
  const there = others.length === 1 ? '1 path there is not of it' : `${others.length} paths there are not of it`
  return `${there}: ${few(others.map(plain))}${isExact ? '' : ' (--exact removes what is not of the version)'}\n`
}
