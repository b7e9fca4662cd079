import { arrayEventStore } from '../../examples/adapter/event-store.js'
import { mapFileStore } from '../../examples/adapter/file-store.js'
import { eventStoreContract, fileStoreContract } from '../../testing/index.js'
import { runContract } from '../support/contract.js'

runContract(
  'the event store on an array',
  eventStoreContract(async () => arrayEventStore()),
)
runContract(
  'the file store on maps',
  fileStoreContract(async () => mapFileStore()),
)
