/** In which stream a command is recorded. */
import type { LogVersion } from '../artifact/commands.js'
import type { MeanLink } from '../registered-model/decide.js'
import { artifactStream, collectionStream, draftStream, modelStream, runStream } from '../values/stream-names.js'
import type { Command } from './catalogue.js'

export const streamOfCommand = (command: Command | LogVersion | MeanLink): string => {
  switch (command.type) {
    case 'CreateArtifact':
    case 'LogArtifactVersion':
    case 'DescribeArtifactVersion':
    case 'TagArtifactVersion':
    case 'UntagArtifactVersion':
    case 'DeleteArtifactVersion':
      return artifactStream(command.artifact)
    case 'MoveAlias':
    case 'RemoveAlias':
      return collectionStream(command.collection)
    case 'UpsertDistributedPart':
    case 'CommitDistributed':
    case 'AbandonDistributed':
      return draftStream(command)
    case 'CreateRegisteredModel':
    case 'LinkToRegistry':
    case 'UnlinkFromRegistry':
    case 'DescribeRegisteredModel':
    case 'TagRegisteredModel':
    case 'UntagRegisteredModel':
    case 'MeanLink':
      return modelStream(command.model)
    case 'StartRun':
    case 'SummariseRun':
    case 'UseArtifactVersion':
    case 'FinishRun':
      return runStream(command.run)
  }
}
