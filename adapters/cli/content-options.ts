/** What a command that stores content is told of all of it. */
import { type Command, Option } from 'commander'
import { several } from './options.js'

/** What `leavingOut` gathers. */
export interface LeavingOut {
  readonly exclude?: ReadonlyArray<string>
  readonly links?: 'follow' | 'skip'
}

export const leavingOut = (command: Command): Command =>
  command
    .option(
      '--exclude <pattern>',
      'leave out what fits, as in a .gitignore, besides what a .ledgerignore in the directory names (may be given several times)',
      several,
    )
    .addOption(
      new Option(
        '--links <what>',
        'symbolic links in a directory: follow them (unless told), or leave them out',
      ).choices(['follow', 'skip']),
    )
