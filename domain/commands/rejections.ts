/** Every way in which a command can fail, and the words for it: what was wrong, where, and what would be right. */
import type { ArtifactRejection } from '../artifact/rejections.js'
import type { DistributedDraftRejection } from '../distributed-draft/decide.js'
import type { WrongNames } from '../events/new-names.js'
import type { LossRejection } from '../losses/decide.js'
import type { RegisteredModelRejection } from '../registered-model/decide.js'
import type { RunRejection } from '../run/decide.js'

/** A rule of the domain said no. Nothing was recorded. */
export type Rejection =
  | ArtifactRejection
  | RegisteredModelRejection
  | DistributedDraftRejection
  | RunRejection
  | LossRejection
  | WrongNames
