/**
 * A name alone is that of an artifact or a registered model, and a version of it is named by an alias or its number. Where
 * either could be meant, what is for one of them refuses the other, in words that say how to write both.
 */
import type { WriteError } from './errors.js'
import { wrong } from './send-command.js'

/** What is done to a version, and to an artifact or a registered model as a whole by methods of their own. */
export type Verb = 'describe' | 'tag' | 'untag'

export const isVersion = (path: string): boolean => path.includes(':')

/** The name of the collection of which a path names a version, or itself. */
export const nameIn = (path: string): string => path.split(':')[0] ?? path

export const notAVersion = (verb: Verb, path: string): WriteError =>
  wrong(
    'version',
    `a version, ${path}:latest or ${path}:v3 (the whole artifact: ${verb}Artifact, the whole registered model: ${verb}RegisteredModel, with the name ${path})`,
    path,
  )

/** What is done to a whole artifact or registered model, and to no version of it. */
export const onlyWhole = (done: 'archived' | 'deleted', path: string): WriteError =>
  wrong(
    'name',
    `a name alone, ${nameIn(path)}: an artifact or a registered model is ${done} as a whole${done === 'deleted' ? ' (one version: deleteVersion)' : ''}`,
    path,
  )

export const notACollection = (verb: Verb, path: string): WriteError =>
  wrong('name', `a name alone, ${nameIn(path)} (one version: ${verb}, with the version ${path})`, path)
