import type { ArtifactState } from '../../domain/artifact/state.js'
import type { DistributedDraftState } from '../../domain/distributed-draft/state.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { RegisteredModelState } from '../../domain/registered-model/state.js'
import type { RunState } from '../../domain/run/state.js'
import { artifactStream, draftStream, modelStream, runStream } from '../../domain/values/stream-names.js'
import type { ManifestStore } from '../manifest-store.js'
import type { FactReader } from './facts.js'
import { saidIn } from './said.js'
import type { StreamHandler } from './stream-handler.js'

type Reads<State> = Pick<StreamHandler<never, never, State>, 'readState'>

/** Looks at the states that the handlers of the streams hold. */
export const factReader = (
  handlers: {
    readonly artifact: Reads<ArtifactState>
    readonly draft: Reads<DistributedDraftState>
    readonly model: Reads<RegisteredModelState>
    readonly run: Reads<RunState>
  },
  store: EventStore,
  manifests: ManifestStore,
): FactReader => ({
  artifact: (ref, at) => handlers.artifact.readState(artifactStream(ref), at),
  model: (ref, at) => handlers.model.readState(modelStream(ref), at),
  run: (ref, at) => handlers.run.readState(runStream(ref), at),
  draft: (ref, at) => handlers.draft.readState(draftStream(ref), at),
  said: saidIn(store),
  manifests,
})
