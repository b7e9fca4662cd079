/** What a command is about, and how one is remembered that changed nothing. */
import type * as t from 'io-ts'
import { oneOf, record } from './codec.js'
import { Generation, VersionNumber } from './names.js'

/**
 * What a command is about, whether it changed anything or not: the number of the version or of the link, in the
 * collection that the command names; the generation of a distributed draft. Empty for a command that is about neither.
 */
export const Answer = record('an answer', {}, { version: VersionNumber, generation: Generation })
export type Answer = t.TypeOf<typeof Answer>

/**
 * A command that the caller can give again, by its id, was accepted and changed nothing. It stands in every kind of
 * stream, so that a repetition has the same receipt whatever has happened since, and nothing is folded from it.
 */
export const CommandAccepted = record('CommandAccepted', { type: oneOf('CommandAccepted'), answer: Answer })
export type CommandAccepted = t.TypeOf<typeof CommandAccepted>
