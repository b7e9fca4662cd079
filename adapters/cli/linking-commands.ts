/** Commands that link versions to registered models, and move aliases. */
import type { Command } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { parseModel, parseVersion } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { collectionPath } from '../../domain/values/references.js'
import type { WithLedger } from './command-context.js'
import {
  type EnvelopeOptions,
  envelopeOptions,
  expecting,
  type Holders,
  holder,
  holderOrHolders,
  several,
} from './options.js'
import { done, sourceOf, versionOf, withAliases, withSource } from './receipts.js'

/**
 * Where no entity is set, a registered model that leaves it out is in the entity of what is linked to it. That is written
 * in its path, and not looked up: what the path names may be gone when the command is repeated.
 */
const besideSource = (version: string, model: string): string =>
  pipe(
    parseVersion(version, {}),
    E.flatMap(([{ collection }]) => parseModel(model, { entity: collection.entity })),
    E.match(() => model, collectionPath),
  )

export const linkingCommands = (program: Command, withLedger: WithLedger): void => {
  expecting(envelopeOptions(program.command('link')))
    .description('Link a version to a registered model, which the first link makes.')
    .argument('<version>', 'a version, or a link, which stands for its source')
    .argument(
      '<model>',
      '[[entity/]registry/]name; a bare name is in model-registry, of the entity that is set, else that of the version',
    )
    .option('--alias <alias>', 'point this alias to the link (may be given several times)', several)
    .addHelpText('after', '\nExample:\n  $ model-ledger link acme/churn/model:best churn --alias staging')
    .action(
      (
        version: string,
        to: string,
        options: EnvelopeOptions & Holders & { alias?: ReadonlyArray<string> },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const { alias: aliases, ...rest } = options
          const model = task.entity === undefined ? besideSource(version, to) : to
          const linked = await task.ledger.link({ ...rest, version, to: model, ...omitUndefined({ aliases }) })
          const source = await sourceOf(task.ledger, linked.path)
          done(task, linked, source === null ? `${linked.path} was linked` : `${linked.path} links to ${source}`)
        }),
    )

  expecting(envelopeOptions(program.command('unlink')))
    .description('Take a link away, with its aliases; the source stays.')
    .argument('<registered version>', '[[entity/]registry/]name:vN or name:alias, in full')
    .addHelpText('after', '\nExample:\n  $ model-ledger unlink acme/model-registry/churn:v3 --expect latest=v3')
    .action((version: string, options: EnvelopeOptions & Holders, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const unlinked = await task.ledger.unlink({ ...options, version })
        done(task, unlinked, `${versionOf(unlinked)} is unlinked${withAliases(unlinked)}`)
      }),
    )

  const alias = program.command('alias').description('Move or remove an alias.')
  envelopeOptions(alias.command('set'))
    .description('Point an alias to a version, or several in one step.')
    .argument('<version>', 'of an artifact or a registered model')
    .argument('<alias...>', 'one or more')
    .option(
      '--expect <version|absent|alias=...>',
      'refuse if somebody else holds it; of several, alias=v3 or alias=absent (may be given several times)',
      holderOrHolders,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger alias set acme/model-registry/churn:v3 production --expect v2 --reason "better recall"\n  $ model-ledger alias set acme/model-registry/churn:v3 production best --expect production=v2 --expect best=absent',
    )
    .action(
      (
        version: string,
        names: ReadonlyArray<string>,
        options: EnvelopeOptions & { expect?: number | 'absent' | NonNullable<Holders['expect']> },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const [only = '', ...others] = names
          const moved = await task.ledger.moveAlias({ ...options, version, alias: others.length === 0 ? only : names })
          const where = await withSource(task.ledger, versionOf(moved))
          done(task, moved, `${names.join(', ')} ${others.length === 0 ? 'points' : 'point'} to ${where}`)
        }),
    )
  envelopeOptions(alias.command('remove'))
    .description('Remove an alias from whoever holds it.')
    .argument('<collection>', 'an artifact or a registered model')
    .argument('<alias>')
    .option('--expect <version>', 'refuse if somebody else holds it', holder)
    .action(
      (name: string, alias: string, options: EnvelopeOptions & { expect?: number | 'absent' }, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          const removed = await task.ledger.removeAlias({ ...options, name, alias })
          done(task, removed, `${alias} is removed from ${versionOf(removed)}`)
        }),
    )
}
