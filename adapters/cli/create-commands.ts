/** Commands that make an artifact or a registered model before it holds anything. */
import type { Command } from 'commander'
import type { WithLedger } from './command-context.js'
import { type EnvelopeOptions, envelopeOptions } from './options.js'
import { done, versionOf } from './receipts.js'

interface Creating extends EnvelopeOptions {
  readonly type: string
  readonly description?: string
}

export const createCommands = (program: Command, withLedger: WithLedger): void => {
  const create = program.command('create').description('Make an empty artifact, or a registered model without a link.')
  const creating = (name: string): Command =>
    envelopeOptions(create.command(name))
      .requiredOption('--type <type>', 'the type of the versions that it will hold')
      .option('--description <text>', 'describe it, also where it is there already')

  creating('artifact')
    .description('Make an artifact that has no version yet; log makes one where there is none.')
    .argument('<artifact>', '[[entity/]project/]name')
    .addHelpText('after', '\nExample:\n  $ model-ledger create artifact acme/churn/model --type model')
    .action((name: string, options: Creating, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const created = await task.ledger.createArtifact({ ...options, name })
        done(task, created, `${versionOf(created)} is there`)
      }),
    )

  creating('model')
    .description('Make a registered model that has no link yet; the first link makes one where there is none.')
    .argument('<model>', '[[entity/]registry/]name')
    .addHelpText('after', '\nExample:\n  $ model-ledger create model MNIST --type model --description "Digits"')
    .action((name: string, options: Creating, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const created = await task.ledger.createRegisteredModel({ ...options, name })
        done(task, created, `${versionOf(created)} is there`)
      }),
    )
}
