/** The lists of the registry, each at once. */
import * as choosing from '../../projections/registry/questions/choosing.js'
import { atOnce, type Steps } from '../../projections/registry/questions/in-steps.js'
import * as collections from '../../projections/registry/questions/list-collections.js'
import * as runs from '../../projections/registry/questions/list-runs.js'

const withoutPauses =
  <Given extends ReadonlyArray<unknown>, Outcome>(list: (...given: Given) => Steps<Outcome>) =>
  (...given: Given): Outcome =>
    atOnce(list(...given))

export const listEntities = withoutPauses(choosing.listEntities)
export const listProjects = withoutPauses(choosing.listProjects)
export const listArtifactTypes = withoutPauses(choosing.listArtifactTypes)
export const listArtifacts = withoutPauses(collections.listArtifacts)
export const listRegisteredModels = withoutPauses(collections.listRegisteredModels)
export const listArtifactsByTag = withoutPauses(collections.listArtifactsByTag)
export const listRegisteredModelsByTag = withoutPauses(collections.listRegisteredModelsByTag)
export const listRuns = withoutPauses(runs.listRuns)
