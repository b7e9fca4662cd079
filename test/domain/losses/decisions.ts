/** When a loss of events can be accepted, and what is recorded of it. */
import { losses as aggregate } from '../../../domain/commands/deciders.js'
import { loss } from '../../support/domain-samples.js'
import { recordedAt, specify } from '../../support/domain-specification.js'

const rule = specify(aggregate)

const accept = { type: 'AcceptLoss' } as const
const accepted = { type: 'LossAccepted', ...loss } as const
const { first: _, ...diverged } = loss

export const lossDecisions = [
  rule('a loss is accepted with all that is known of it')
    .given()
    .when({ ...accept, lossFact: loss })
    .thenRecords(accepted),
  rule('nobody knows where a loss begins if other events stand there')
    .given()
    .when({ ...accept, lossFact: diverged })
    .thenRecords({ type: 'LossAccepted', ...diverged }),
  rule('another loss is accepted, too')
    .given(accepted)
    .when({ ...accept, lossFact: loss })
    .thenRecords(accepted),
  rule('where no event is missing there is nothing to accept')
    .given()
    .when({ ...accept, lossFact: undefined })
    .thenRejected({ _tag: 'nothing-lost', accepted: null }),
  rule('what was accepted is missing no longer')
    .given(accepted)
    .when({ ...accept, lossFact: undefined })
    .thenRejected({ _tag: 'nothing-lost', accepted: recordedAt(0) }),
]
