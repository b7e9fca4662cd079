/** Commands that log versions, and say more of a version later. */
import type { Command } from 'commander'
import { isVersionName } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { WithLedger } from './command-context.js'
import { type LeavingOut, leavingOut } from './content-options.js'
import {
  contentItem,
  described,
  type EnvelopeOptions,
  expecting,
  type Holders,
  type Said,
  type SaidAnew,
  said,
  saidAnew,
  several,
  takingOver,
  worded,
} from './options.js'
import { counted, progressBar, size, type Terminal } from './output.js'
import { done, withCopiedFrom, withTakenOver } from './receipts.js'

/** A bar while content is stored. */
const storing = (terminal: Terminal) => {
  const bar = progressBar(terminal, 'storing')
  return {
    onProgress: ({ path, bytesDone, filesDone }: { path: string; bytesDone: number; filesDone: number }): void =>
      bar.show(0, 0, `${counted(filesDone, 'file')} done, ${path} ${size(bytesDone)}`),
    end: bar.end,
  }
}

export const loggingCommands = (program: Command, withLedger: WithLedger): void => {
  leavingOut(expecting(said(program.command('log'))))
    .description('Store files and log them as the next version; content that is there already makes no new one.')
    .argument('<artifact>', '[[entity/]project/]name')
    .argument(
      '<path...>',
      'files and directories; path=as stores a file under another name, a directory below a prefix',
    )
    .requiredOption('--type <type>', "the artifact's type")
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger log acme/churn/model ./out --type model --alias best --metadata accuracy:=0.93\n  $ model-ledger log acme/churn/code . --type code --exclude "*.tmp" --exclude /data/ --links skip',
    )
    .action((name: string, paths: ReadonlyArray<string>, options: Said & Holders & LeavingOut, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const bar = storing(task.terminal)
        const logged = await task.ledger
          .logArtifact({
            ...described(options),
            name,
            type: options.type,
            content: paths.map(contentItem(task.terminal.cwd)),
            onProgress: bar.onProgress,
          })
          .finally(bar.end)
        done(task, logged, `${logged.path}${logged.isNew ? '' : ' (content that was there already)'}`)
      }),
    )

  takingOver(leavingOut(expecting(said(program.command('draft')))))
    .description(
      'Change some files of a version and log the result as the next one, with its description and metadata.',
    )
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; with --command-id by its number')
    .option('--add <path>', 'add a file or directory; path=as under another name (may be given several times)', several)
    .option('--replace <path>', 'likewise, in place of what is there', several)
    .option('--remove <path>', 'remove a file, or everything below a directory (may be given several times)', several)
    .option('--expect-newest', 'refuse if the version is no longer the newest')
    .addHelpText('after', '\nExample:\n  $ model-ledger draft acme/churn/data:latest --remove 2024 --add ./2026.csv')
    .action(
      (
        version: string,
        options: SaidAnew &
          Holders &
          LeavingOut & {
            readonly add?: ReadonlyArray<string>
            readonly replace?: ReadonlyArray<string>
            readonly remove?: ReadonlyArray<string>
            readonly expectNewest?: boolean
          },
        command: Command,
      ) => {
        nameRepeatably(command, 'a draft', version, options)
        return withLedger(command, 'writes', async (task) => {
          const { add = [], replace = [], remove = [], exclude, links, ...rest } = options
          const storing = omitUndefined({ exclude, links })
          const draft = await task.ledger.newDraft(version)
          const { base } = draft
          for (const path of remove) await draft.remove(path)
          await draft.add(add.map(contentItem(task.terminal.cwd)), storing)
          await draft.add(replace.map(contentItem(task.terminal.cwd)), { ...storing, overwrite: true })
          const logged = await draft.log(saidAnew(rest))
          done(
            task,
            logged,
            `${logged.path} from v${base}${withTakenOver(logged)}${logged.isNew ? '' : ' (content that was there already)'}`,
          )
        })
      },
    )

  takingOver(expecting(worded(program.command('copy'))))
    .description(
      'Log a version under another name, as the next version there, with its description and metadata; its files are shared.',
    )
    .argument('<version>', 'a version, or a link, which stands for its source; with --command-id by its number')
    .argument('<artifact>', '[[entity/]project/]name, made if there is none')
    .option('--type <type>', 'the type of that artifact; that of the version unless told')
    .addHelpText('after', '\nExample:\n  $ model-ledger copy acme/churn/model:v3 acme/churn/model-de --alias best')
    .action((version: string, to: string, options: SaidAnew & Holders & { type?: string }, command: Command) => {
      nameRepeatably(command, 'a copy', version, options)
      return withLedger(command, 'writes', async (task) => {
        const { type, ...rest } = options
        const copied = await task.ledger.copy({ version, to, ...saidAnew(rest), ...omitUndefined({ type }) })
        const from = withCopiedFrom(copied)
        done(task, copied, `${copied.path}${from}${copied.isNew ? '' : ' (content that was there already)'}`)
      })
    })
}

/** What can be given again means the same version then. */
const nameRepeatably = (
  command: Command,
  what: string,
  version: string,
  { commandId }: Pick<EnvelopeOptions, 'commandId'>,
): void => {
  if (commandId === undefined || isVersionName(version.slice(version.indexOf(':') + 1))) return
  const [name] = version.split(':')
  const text = `${what} that can be given again names its version by the number, ${name}:v3: an alias may have moved by then`
  command.error(`error: ${text}`, { exitCode: 2 })
}
