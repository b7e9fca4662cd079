/** How a command comes by its ledger, and how it answers. */

import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Ledger } from '../../index.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import type { Page } from '../../projections/paging/page.js'
import { defaultsOf, type LedgerLocation, namingDefaults } from './environment.js'
import { STANDARD_STREAM } from './local-path.js'
import { hint, json, type Terminal } from './output.js'
import { withSuggestions } from './suggestions.js'

/** What every command has at hand. */
export interface CommandContext {
  readonly ledger: Ledger
  readonly terminal: Terminal
  /** For names that leave it out, if one is set. */
  readonly entity: string | undefined
  /** Whether answers are wanted in JSON. */
  readonly inJson: boolean
  /** Prints an answer: for people, or as JSON, a list as one line each. */
  readonly answer: (value: unknown, forPeople: () => string) => void
}

/** In milliseconds. Nothing is under way at the end of a command but what makes the next one quicker: a large snapshot. */
const CLOSE_WITHIN = 600_000
const INTERRUPTED_WITHIN = 1000

/** Opens the ledger of a command, gives it in hand, and closes it, whatever happens. */
export type WithLedger = (
  command: Command,
  mode: 'reads' | 'writes',
  work: (given: CommandContext) => Promise<void>,
) => Promise<void>

/** After an answer, which stands: it is that of what is there. */
export const assertWhole = ({ damage }: Ledger): void => {
  if (damage !== undefined) throw new LedgerError(damage, describeHistoryDamage(damage))
}

export const ledgerOpener =
  (terminal: Terminal): WithLedger =>
  async (command, mode, work) => {
    const location = command.optsWithGlobals<LedgerLocation & { readonly json?: boolean }>()
    const { openAtLocation } = await import('./library.js')
    const ledger = await openAtLocation(location, terminal, mode === 'reads')
    // Whatever is under way is refused then, and cleans up after itself; what is being recorded has a moment.
    const stop = (): void => void ledger.close(INTERRUPTED_WITHIN).catch(() => undefined)
    terminal.interrupted?.addEventListener('abort', stop)
    try {
      if (terminal.interrupted?.aborted === true) stop()
      await work({
        ledger,
        terminal,
        entity: defaultsOf(location, terminal.env).entity,
        inJson: location.json === true,
        answer: (value, forPeople) => {
          if (location.json !== true) terminal.out(forPeople())
          else for (const line of Array.isArray(value) ? value : [value]) terminal.out(json(line))
        },
      })
      assertWhole(ledger)
    } catch (error) {
      throw namingDefaults(location, terminal.env, await withSuggestions(ledger, error))
    } finally {
      terminal.interrupted?.removeEventListener('abort', stop)
      await ledger.close(terminal.interrupted?.aborted === true ? INTERRUPTED_WITHIN : CLOSE_WITHIN)
    }
  }

export interface AsOfOption {
  readonly asOf?: number | string
}

/** The questions at the moment that is meant: now, unless told. */
export const questionsAsOf = ({ ledger }: CommandContext, { asOf }: AsOfOption) =>
  asOf === undefined ? ledger : ledger.at(asOf)

/** To what a list is limited: what stands on the command line, not what the environment has for names that leave it out. */
export const placeOf = (command: Command): { readonly entity?: string; readonly project?: string } => {
  const { entity, project } = command.optsWithGlobals<{ readonly entity?: string; readonly project?: string }>()
  return omitUndefined({ entity, project })
}

/** A page, and on `err` how to go on behind it. */
export const answerPage = <A>(
  { answer, terminal }: CommandContext,
  command: Command,
  { items, cursor }: Page<A>,
  forPeople: (items: ReadonlyArray<A>) => string,
): void => {
  answer(items, () => forPeople(items))
  if (cursor !== undefined) hint(terminal, command, { cursor })
}

/** Whether an artifact or a registered model is named: all its history stands in its own stream. */
export const isCollection = (of: string | undefined): boolean => of !== undefined && !of.includes(':')

/** Where a history is asked: of its own stream, where that tells it. What a time means only the whole log knows. */
export const historyQuestionsOf = async (task: CommandContext, of: string | undefined, at: AsOfOption) => {
  if (!isCollection(of) || typeof at.asOf === 'string') return questionsAsOf(task, at)
  const { oneStreamOf } = await import('./library.js')
  return oneStreamOf(task.ledger, at.asOf)
}

/** Writes text where it is wanted: into a file that is named, or to the terminal. */
export const deliver = async (
  { terminal }: CommandContext,
  text: string,
  output: string | undefined,
): Promise<void> => {
  if (output === undefined || output === STANDARD_STREAM) return terminal.out(text)
  const { targetFile } = await import('./library.js')
  const path = await targetFile(terminal, output)
  await writeFile(path, text).catch((error: unknown) => {
    const reason = messageOf(error)
    throw new LedgerError({ _tag: 'target-failed', path, reason }, `${path} cannot be written: ${reason}`)
  })
}
