/** The commands of a queue: each has its number and its id, and many of them find that there is nothing to change. */
import type { Ledger } from '../../index.js'

const weights = (version: number) => [{ bytes: `version ${version}`, as: 'weights.bin' }]
const cats = { name: 'cats', type: 'model' }
const shards = { name: 'shards', type: 'dataset', distributedId: 'd', writer: 'w' }

/** Makes what the commands are about. */
export const prepare = async (ledger: Ledger): Promise<void> => {
  for (const version of [0, 1]) {
    await ledger.logArtifact({ ...cats, content: weights(version) })
    await ledger.link({ version: `cats:v${version}`, to: 'pets' })
  }
  await ledger.startRun({ run: 'r' })
}

/** Delivers a command, and answers its receipt. */
export const deliver = (ledger: Ledger, number: number): Promise<unknown> => {
  const commandId = `command ${number}`
  const kind = number % 15
  const which = Math.floor(number / 15) % 2
  const version = `cats:v${which}`
  switch (kind) {
    case 0:
      return ledger.moveAlias({ version, alias: 'production', commandId })
    case 1:
      return ledger.moveAlias({ version: `model-registry/pets:v${which}`, alias: 'production', commandId })
    case 2:
      return ledger.tag({ version: 'cats:v0', tags: [`tag ${which}`], commandId })
    case 3:
      return ledger.untag({ version: 'cats:v0', tags: [`tag ${which}`], commandId })
    case 4:
      return ledger.describe({ version: 'cats:v0', description: `description ${which}`, commandId })
    case 5:
      return ledger.link({ version, to: 'pets', commandId })
    case 6:
      return ledger.logArtifact({ ...cats, content: weights(which), commandId })
    case 7:
      return ledger.linkModel({ ...cats, content: weights(which), to: 'pets', commandId })
    case 8:
      return ledger.summariseRun({ run: 'r', metrics: { loss: which }, commandId })
    case 9:
      return ledger.upsertDistributed({ ...shards, content: weights(which), commandId })
    case 10:
      // Through whichever link is in production: the repetition goes through the same.
      return ledger.tag({ version: 'model-registry/pets:production', tags: [`through ${which}`], commandId })
    case 11:
      return ledger.tagArtifact({ name: 'cats', tags: [`tag ${which}`], commandId })
    case 12:
      return ledger.describeArtifact({ name: 'cats', description: `description ${which}`, commandId })
    case 13:
      return ledger.describeRegisteredModel({ name: 'pets', metadata: { which }, commandId })
    default:
      return ledger.commitDistributed({ ...shards, commandId })
  }
}
