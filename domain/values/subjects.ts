/** What has a history and a lineage, and the stream and number by which it is known. */
import type { ArtifactRef, DraftRef, ModelRef, RunRef } from './references.js'
import { artifactStream, draftStream, modelStream, runStream } from './stream-names.js'

/** What can have a lineage. */
export type LineageRef =
  | { readonly kind: 'version'; readonly artifact: ArtifactRef; readonly version: number }
  | { readonly kind: 'registered-version'; readonly model: ModelRef; readonly version: number }
  | { readonly kind: 'run'; readonly run: RunRef }
  | ({ readonly kind: 'draft'; readonly generation: number } & DraftRef)

/** The stream of a node, and which of its nodes it is. */
export const streamAndNumberOf = (ref: LineageRef): readonly [stream: string, number: number] => {
  switch (ref.kind) {
    case 'version':
      return [artifactStream(ref.artifact), ref.version]
    case 'registered-version':
      return [modelStream(ref.model), ref.version]
    case 'run':
      return [runStream(ref.run), 0]
    case 'draft':
      return [draftStream(ref), ref.generation]
  }
}
