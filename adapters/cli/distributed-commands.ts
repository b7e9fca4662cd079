/** Commands that many writers give to make one version together. */
import type { Command } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { WithLedger } from './command-context.js'
import { type LeavingOut, leavingOut } from './content-options.js'
import {
  contentItem,
  described,
  type EnvelopeOptions,
  envelopeOptions,
  type Said,
  said,
  several,
  whole,
  writers,
} from './options.js'
import { done } from './receipts.js'

interface Distributed extends LeavingOut {
  readonly id?: string
  readonly writer?: string
  readonly generation?: number
  readonly openNext?: boolean
  readonly base?: string
  readonly remove?: ReadonlyArray<string>
  readonly overwrite?: boolean
}
interface Committing {
  readonly lastWriterWins?: boolean
  readonly writers?: number | ReadonlyArray<string>
  readonly expectNewest?: boolean
}
const whose = (command: Command): Command =>
  leavingOut(command)
    .option('--id <distributed id>', 'which draft; else the group of the run')
    .option('--writer <name>', 'whose part; else the run')
    .option(
      '--generation <n>',
      'the generation that is meant; else the one that is open when the command begins',
      whole,
    )
    .option('--open-next', 'where that generation has ended, open the next one')
    .option(
      '--base <version>',
      'the version to build on, of the same artifact: what nobody touches stays as it is there',
    )
    .option(
      '--remove <path>',
      'take a file, or everything below a directory, out of that version first (may be given several times)',
      several,
    )
    .option('--overwrite', 'replace what that version holds under the paths of the part')

const upsertCommand = (program: Command, withLedger: WithLedger): void => {
  whose(envelopeOptions(program.command('upsert')))
    .description('Add a part to a distributed version.')
    .argument('<artifact>', '[[entity/]project/]name')
    .argument('[path...]', 'as for log; needed unless something is removed')
    .requiredOption('--type <type>', "the artifact's type")
    .option('--run <run>', 'the run that made it')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger upsert acme/churn/model ./shard-0 --type model --id epoch-3 --writer node-0',
    )
    .action(
      (
        name: string,
        paths: ReadonlyArray<string>,
        { id, ...options }: EnvelopeOptions & Distributed & { type: string; run?: string },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const content = paths.length === 0 ? undefined : paths.map(contentItem(task.terminal.cwd))
          const upserted = await task.ledger.upsertDistributed({
            ...options,
            ...omitUndefined({ distributedId: id, content }),
            name,
          })
          done(task, upserted, `generation ${upserted.generation} of ${name} has the part`)
        }),
    )
}

const commitCommand = (program: Command, withLedger: WithLedger): void => {
  whose(said(program.command('commit')))
    .description('Seal a distributed version, with a last part or without, and log it.')
    .argument('<artifact>', '[[entity/]project/]name')
    .argument('[path...]', 'the last part, as for log')
    .requiredOption('--type <type>', "the artifact's type")
    .option('--last-writer-wins', 'where two writers brought different content for one path')
    .option(
      '--writers <n|names>',
      'refuse unless so many writers brought parts, or these and no others: 8, or a,b (may be given several times)',
      writers,
    )
    .option('--expect-newest', 'refuse if the version that is built on is no longer the newest')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger commit acme/churn/model --type model --id epoch-3 --writers 8 --alias best',
    )
    .action(
      (
        name: string,
        paths: ReadonlyArray<string>,
        {
          id,
          writer,
          generation,
          openNext,
          base,
          remove,
          overwrite,
          exclude,
          links,
          lastWriterWins,
          writers,
          expectNewest,
          ...options
        }: Said & Distributed & Committing,
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const content = paths.length === 0 ? undefined : paths.map(contentItem(task.terminal.cwd))
          const logged = await task.ledger.commitDistributed({
            ...described(options),
            ...omitUndefined({ distributedId: id, writer, generation, openNext, base, remove, overwrite }),
            ...omitUndefined({ lastWriterWins, writers, expectNewest, content, exclude, links }),
            name,
            type: options.type,
          })
          const from = logged.base === null ? '' : ` from v${logged.base}`
          done(task, logged, `${logged.path}${from} (generation ${logged.generation}, of ${logged.writers.join(', ')})`)
        }),
    )
}

const abandonCommand = (program: Command, withLedger: WithLedger): void => {
  envelopeOptions(program.command('abandon'))
    .description(
      'Give the open generation of a distributed version up; or, by its number, a sealed one of which no version can come.',
    )
    .argument('<artifact>', '[[entity/]project/]name')
    .requiredOption('--id <distributed id>', 'which draft')
    .option(
      '--generation <n>',
      'the generation that is meant; else the one that is open when the command begins',
      whole,
    )
    .addHelpText('after', '\nExample:\n  $ model-ledger abandon acme/churn/model --id epoch-3 --reason "node lost"')
    .action(
      (name: string, { id, ...options }: EnvelopeOptions & { id: string; generation?: number }, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          done(
            task,
            await task.ledger.abandonDistributed({ ...options, name, distributedId: id }),
            `the draft ${id} of ${name} is abandoned`,
          )
        }),
    )
}

export const distributedCommands = (program: Command, withLedger: WithLedger): void => {
  upsertCommand(program, withLedger)
  commitCommand(program, withLedger)
  abandonCommand(program, withLedger)
}
