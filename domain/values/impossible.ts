/**
 * Why an event cannot have followed on the history before it, and the words for it. An import and `verify` ask it
 * of every event; a command is never asked: what it may not do today is said by its rejection.
 */
import * as E from 'fp-ts/lib/Either.js'
import { shown } from './codec.js'
import type { EventMetadata } from './envelope.js'

/** What an event is about, as its reasons call it. */
export type Numbered = 'version' | 'link' | 'generation'

export type Impossible =
  /** The stream has no beginning, or a second one. */
  | { readonly _tag: 'not-begun'; readonly first: string }
  | { readonly _tag: 'begun-before' }
  /** Numbers are given out one after another, each once. */
  | { readonly _tag: 'not-the-next'; readonly what: Numbered; readonly number: number; readonly next: number }
  | { readonly _tag: 'not-there'; readonly what: Numbered; readonly number: number }
  /** A part of a draft that changes nothing comes while its generation has parts and is not ended. */
  | { readonly _tag: 'not-open'; readonly generation: number | undefined }
  /** It was deleted, or unlinked, before. */
  | { readonly _tag: 'gone-before'; readonly what: Numbered; readonly number: number }
  /** It was archived before, and nothing new comes to what is archived. */
  | { readonly _tag: 'archived-before' }
  /** The content, or the source, has a number that is alive: it gets no second one. */
  | { readonly _tag: 'there-already'; readonly what: Numbered; readonly number: number }
  /** What it says of before, or of another stream, is not what was. */
  | { readonly _tag: 'says-otherwise'; readonly of: string; readonly says: unknown; readonly was: unknown }
  /** Such an event is recorded where something changes. */
  | { readonly _tag: 'changes-nothing'; readonly of: string }
  /** A version goes with its aliases, in one step. */
  | { readonly _tag: 'alias-left'; readonly alias: string }
  /** What it stands on had not happened by then. */
  | { readonly _tag: 'not-by-then'; readonly what: string }
  | { readonly _tag: 'name-of-no-stream'; readonly name: string | undefined }
  | { readonly _tag: 'revision-out-of-turn'; readonly revision: number; readonly next: number }
  /** The events of a command stand together, and its id is used once. */
  | { readonly _tag: 'command-scattered'; readonly commandId: string }
  | { readonly _tag: 'command-divided'; readonly commandId: string }
  /** No command leaves such an event behind that one. */
  | { readonly _tag: 'not-together'; readonly type: string; readonly behind: string }
  | { readonly _tag: 'id-of-another'; readonly id: string; readonly right: string }
  /** Its texts are not those that its values are written with. */
  | { readonly _tag: 'written-otherwise'; readonly says: string; readonly right: string }

/** Whether an event could follow. */
export type Admitted = E.Either<Impossible, void>

export const admitted: Admitted = E.right(undefined)

export const impossible = (reason: Impossible): Admitted => E.left(reason)

/** The first of these that is a reason. They are asked in turn, none after the first. */
export const allAdmit = (...checks: ReadonlyArray<() => Admitted>): Admitted => {
  for (const check of checks) {
    const outcome = check()
    if (E.isLeft(outcome)) return outcome
  }
  return admitted
}

/** Where an event stands that is asked for: its stream's name in parts, who recorded it, and what had happened by then. */
export interface Standing<Subject, Past> {
  readonly subject: Subject
  readonly metadata: EventMetadata
  readonly past: Past
}

/** The name of a number: `v3`, or `generation 3`. */
const numberName = (what: Numbered, number: number): string =>
  what === 'generation' ? `generation ${number}` : `v${number}`

export const describeImpossible = (reason: Impossible): string => {
  switch (reason._tag) {
    case 'not-begun':
      return `nothing was created here before: the first event is ${reason.first}`
    case 'begun-before':
      return 'it was created before: that happens once'
    case 'not-the-next':
      return `it is ${numberName(reason.what, reason.number)}, and ${numberName(reason.what, reason.next)} comes next`
    case 'not-there':
      return `it names ${numberName(reason.what, reason.number)}, which was not there`
    case 'not-open':
      return reason.generation === undefined
        ? 'it names no generation'
        : `it names generation ${reason.generation}, which was not open`
    case 'gone-before':
      return `it names ${numberName(reason.what, reason.number)}, which was ${reason.what === 'link' ? 'unlinked' : 'deleted'} before`
    case 'archived-before':
      return 'it was archived before: nothing new comes to it'
    case 'there-already':
      return reason.what === 'link'
        ? `its source is linked already, as v${reason.number}`
        : `its content is there already, as v${reason.number}: it is logged again, not anew`
    case 'says-otherwise':
      return `it says ${shown(reason.says)} of ${reason.of}, which was ${shown(reason.was)}`
    case 'changes-nothing':
      return `it changes nothing of ${reason.of}`
    case 'alias-left':
      return `the alias "${reason.alias}" was left on a version that is gone: it is removed with it`
    case 'not-by-then':
      return `it stands on ${reason.what}, which had not happened by then`
    case 'name-of-no-stream':
      return reason.name === undefined
        ? 'its stream is none of a ledger'
        : `its stream is none of a ledger: ${shown(reason.name)} would be`
    case 'revision-out-of-turn':
      return `it has revision ${reason.revision}, and ${reason.next} comes next in its stream`
    case 'command-scattered':
      return `its command ${shown(reason.commandId)} ended before, with other events behind it: an id is used once`
    case 'command-divided':
      return `it says of its command ${shown(reason.commandId)} something else than the event before`
    case 'not-together':
      return `no command leaves this ${reason.type} behind its ${reason.behind}`
    case 'id-of-another':
      return `its id ${reason.id} is not the one of its stream, command and texts, which is ${reason.right}: it was changed`
    case 'written-otherwise':
      return `it is written as ${shown(reason.says)}, and its values are written as ${shown(reason.right)}`
  }
}
