/** With which codes rules refuse a method: those of the rows in the tables of decisions, each of which a test shows. */
import type { CommandType } from '../../../domain/commands/catalogue.js'
import { artifactDecisions } from '../../domain/artifact/decisions.js'
import { distributedDraftDecisions } from '../../domain/distributed-draft/decisions.js'
import { lossDecisions } from '../../domain/losses/decisions.js'
import { registeredModelDecisions } from '../../domain/registered-model/decisions.js'
import { runDecisions } from '../../domain/run/decisions.js'
import { isRejected } from '../domain-specification.js'

/** The commands that a method gives, by its name; those of a run in hand are called as those of a ledger are, or stand here, too. */
const GIVEN: Readonly<Record<string, ReadonlyArray<CommandType>>> = {
  createArtifact: ['CreateArtifact'],
  logArtifact: ['LogArtifactVersion'],
  'draft.log': ['LogArtifactVersion'],
  copy: ['LogArtifactVersion'],
  upsertDistributed: ['UpsertDistributedPart'],
  commitDistributed: ['CommitDistributed', 'LogArtifactVersion'],
  abandonDistributed: ['AbandonDistributed'],
  describe: ['DescribeArtifactVersion'],
  tag: ['TagArtifactVersion'],
  untag: ['UntagArtifactVersion'],
  moveAlias: ['MoveAlias'],
  removeAlias: ['RemoveAlias'],
  deleteVersion: ['DeleteArtifactVersion'],
  describeArtifact: ['DescribeArtifact'],
  tagArtifact: ['TagArtifact'],
  untagArtifact: ['UntagArtifact'],
  archiveArtifact: ['ArchiveArtifact'],
  unarchiveArtifact: ['UnarchiveArtifact'],
  deleteArtifact: ['DeleteArtifact'],
  link: ['LinkToRegistry'],
  linkModel: ['LogArtifactVersion', 'LinkToRegistry'],
  unlink: ['UnlinkFromRegistry'],
  createRegisteredModel: ['CreateRegisteredModel'],
  describeRegisteredModel: ['DescribeRegisteredModel'],
  tagRegisteredModel: ['TagRegisteredModel'],
  untagRegisteredModel: ['UntagRegisteredModel'],
  archiveRegisteredModel: ['ArchiveRegisteredModel'],
  unarchiveRegisteredModel: ['UnarchiveRegisteredModel'],
  deleteRegisteredModel: ['DeleteRegisteredModel'],
  startRun: ['StartRun'],
  useArtifact: ['UseArtifactVersion'],
  useModel: ['UseArtifactVersion'],
  'run.newDraft': ['UseArtifactVersion'],
  summariseRun: ['SummariseRun'],
  'run.summarise': ['SummariseRun'],
  finishRun: ['FinishRun'],
  'run.finish': ['FinishRun'],
  acceptLoss: ['AcceptLoss'],
}

const rows = [
  ...artifactDecisions,
  ...distributedDraftDecisions,
  ...registeredModelDecisions,
  ...runDecisions,
  ...lossDecisions,
]

/** Nothing of a method that gives no command. */
export const refusedByRules = (method: string): ReadonlyArray<string> => {
  const given: ReadonlyArray<string> = GIVEN[method] ?? GIVEN[method.replace(/^run\./, '')] ?? []
  const codes = rows.flatMap(({ command, outcome }) =>
    given.includes(command) && isRejected(outcome) ? [outcome.rejection._tag] : [],
  )
  return [...new Set(codes)].sort()
}
