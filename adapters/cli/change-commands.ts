/** Commands that say more of what is there: of an artifact or a registered model as a whole, or of one version. */
import type { Command } from 'commander'
import type { JsonObject } from '../../domain/values/json.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { WithLedger } from './command-context.js'
import { pairs } from './given-values.js'
import { type EnvelopeOptions, envelopeOptions, expecting, type Holders, saidOrNot } from './options.js'
import { done, versionOf, withAliases, withHeld, withLinksLeft } from './receipts.js'

const ANYTHING =
  'an artifact or a registered model by its name alone; with :alias or :vN one version, of a link its source'

const archiveCommands = (program: Command, withLedger: WithLedger): void => {
  for (const verb of ['archive', 'unarchive'] as const) {
    const archives = verb === 'archive'
    envelopeOptions(program.command(verb))
      .description(
        archives
          ? 'Leave an artifact or a registered model out of lists, and take nothing new into it; what it holds stays.'
          : 'Take an artifact or a registered model out of the archive again.',
      )
      .argument('<name>', 'an artifact or a registered model')
      .addHelpText(
        'after',
        `\nExample:\n  $ model-ledger ${verb} acme/model-registry/churn --reason "no longer served"`,
      )
      .action((name: string, options: EnvelopeOptions, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          const { byNameOf } = await import('./library.js')
          const changed = await byNameOf(task.ledger)[verb]({ ...options, name })
          done(task, changed, `${versionOf(changed)} is ${archives ? 'archived' : 'no longer archived'}`)
        }),
      )
  }
}

interface DeleteOptions {
  readonly whole?: boolean
  readonly deleteAliases?: boolean
  readonly leaveLinks?: boolean
}

export const changeCommands = (program: Command, withLedger: WithLedger): void => {
  for (const verb of ['tag', 'untag'] as const) {
    envelopeOptions(program.command(verb))
      .description(
        `${verb === 'tag' ? 'Tag' : 'Take tags from'} an artifact or a registered model as a whole, or one version.`,
      )
      .argument('<name>', ANYTHING)
      .argument('<tag...>', 'one or more')
      .addHelpText(
        'after',
        `\nExamples:\n  $ model-ledger ${verb} acme/model-registry/churn tabular\n  $ model-ledger ${verb} acme/churn/model:best reviewed`,
      )
      .action((version: string, tags: ReadonlyArray<string>, options: EnvelopeOptions, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          const { byNameOf } = await import('./library.js')
          const changed = await byNameOf(task.ledger)[verb]({ ...options, version, tags })
          done(task, changed, `${versionOf(changed)} is ${verb}ged: ${tags.join(', ')}`)
        }),
      )
  }

  envelopeOptions(program.command('describe'))
    .description(
      'Replace the description or the metadata of a registered model or a version, or the description of an artifact.',
    )
    .argument('<name>', ANYTHING)
    .option('--description <text>', 'the new description')
    .option('--no-description', 'take it away')
    .option('--metadata <key=value>', 'all the new metadata: a text, or key:=json (may be given several times)', pairs)
    .option('--no-metadata', 'take it away')
    .option(
      '--merge-metadata <key=value>',
      'set members of the metadata; key:=null takes one away (may be given several times)',
      pairs,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger describe acme/model-registry/churn --metadata owner=anna\n  $ model-ledger describe acme/churn/model:best --description "trained on May"',
    )
    .action(
      (
        version: string,
        {
          description,
          metadata,
          mergeMetadata,
          ...options
        }: EnvelopeOptions & {
          readonly description?: string | boolean
          readonly metadata?: JsonObject | boolean
          readonly mergeMetadata?: JsonObject
        },
        command: Command,
      ) => {
        if (description === undefined && metadata === undefined && mergeMetadata === undefined)
          return command.error('error: say what is to change: --description, --metadata or --merge-metadata', {
            exitCode: 2,
          })
        return withLedger(command, 'writes', async (task) => {
          const said = omitUndefined({
            description: saidOrNot(description),
            metadata: saidOrNot(metadata),
            mergeMetadata,
          })
          const { byNameOf } = await import('./library.js')
          const told = await byNameOf(task.ledger).describe({ ...options, ...said, version })
          done(task, told, `${versionOf(told)} is described`)
        })
      },
    )

  archiveCommands(program, withLedger)

  expecting(envelopeOptions(program.command('delete')))
    .description(
      'Mark a version as deleted, or an artifact or a registered model as a whole; numbers and history stay.',
    )
    .argument(
      '<name>',
      'a version of an artifact, in full: [[entity/]project/]name:vN or name:alias; with --whole a name alone',
    )
    .option('--whole', 'an artifact or a registered model as a whole; what comes to its name later begins anew')
    .option('--delete-aliases', 'also if aliases point to it; of a whole one, aliases besides latest')
    .option(
      '--leave-links',
      'also if registered models link to it, or to its versions; their links stay, and lead nowhere',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger delete acme/churn/model:v3 --delete-aliases --reason "wrong data"\n  $ model-ledger delete acme/model-registry/churn --whole --delete-aliases',
    )
    .action((version: string, { whole, ...options }: EnvelopeOptions & Holders & DeleteOptions, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        if (whole === true) {
          const { expect, ...rest } = options
          if (expect !== undefined)
            return command.error('error: --expect is for one version, not for --whole', { exitCode: 2 })
          const { byNameOf } = await import('./library.js')
          const gone = await byNameOf(task.ledger).deleteWhole({ ...rest, name: version })
          return done(task, gone, `${versionOf(gone)} is deleted${withHeld(gone)}`)
        }
        const deleted = await task.ledger.deleteVersion({ ...options, version })
        done(task, deleted, `${versionOf(deleted)} is deleted${withAliases(deleted)}${withLinksLeft(deleted)}`)
      }),
    )
}
