/** Going on without events that are lost. */
import type { Command } from 'commander'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import type { WithLedger } from './command-context.js'
import { type EnvelopeOptions, envelopeOptions } from './options.js'
import { plain } from './output.js'
import { done } from './receipts.js'

export const lossCommand = (program: Command, withLedger: WithLedger): void => {
  envelopeOptions(program.command('accept-loss'))
    .description('Show which events are lost, and go on without them: needs a --reason, which is recorded.')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger accept-loss --reason "disk failed on 3 May, no backup holds them"',
    )
    .action((options: EnvelopeOptions, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const { ledger, terminal, inJson } = task
        if (ledger.damage !== undefined && !inJson) terminal.err(`${plain(describeHistoryDamage(ledger.damage))}\n`)
        const accepted = await ledger.acceptLoss({ ...options, reason: options.reason ?? '' })
        done(task, accepted, `accepted: the ledger goes on at position ${accepted.position} without them`)
      }),
    )
}
