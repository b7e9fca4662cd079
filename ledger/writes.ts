/** Everything that a ledger can be told: the methods of every task, over one command handler. */
import type { ManifestStore } from '../application/manifest-store.js'
import type { NameDefaults } from '../domain/values/name-paths.js'
import { nameResolver } from './calling/resolve-names.js'
import { commandSender, type SendPorts } from './calling/send-command.js'
import { untilAborted } from './calling/stopping.js'
import { type DistributedMethods, distributedMethods } from './distributing/distributed.js'
import { type ExecuteMethods, executeMethods } from './execute.js'
import { type ContentMethods, contentMethods, contents } from './files/contents.js'
import type { ContentPorts } from './files/store-content.js'
import { type AliasMethods, aliasMethods } from './linking/aliases.js'
import { type ByName, byName } from './linking/by-name.js'
import { type LinkMethods, linkMethods } from './linking/link.js'
import { type LinkModelMethods, linkModelMethods } from './linking/link-model.js'
import { type RegisteredModelMethods, registeredModelMethods } from './linking/registered-model.js'
import { type ArtifactMethods, artifactMethods } from './logging/artifact.js'
import { type CopyMethods, copyMethods } from './logging/copy.js'
import { type DraftMethods, draftMethods } from './logging/draft.js'
import { type LogMethods, logMethods } from './logging/log.js'
import { type VersionMethods, versionMethods } from './logging/versions.js'
import { type LossMethods, lossMethods } from './maintenance/losses.js'
import { type RunMethods, runMethods } from './runs/runs.js'

export interface WritePorts extends ContentPorts, SendPorts {
  readonly manifests: ManifestStore
  readonly defaults: NameDefaults & SendPorts['defaults']
}

export interface Writes
  extends ExecuteMethods,
    LogMethods,
    DraftMethods,
    CopyMethods,
    ContentMethods,
    DistributedMethods,
    ArtifactMethods,
    VersionMethods,
    AliasMethods,
    RegisteredModelMethods,
    LinkMethods,
    LinkModelMethods,
    RunMethods,
    LossMethods {}

/** The methods, and the same where a user writes a name and not of what it is. */
export const writes = ({
  manifests,
  files,
  local,
  clock,
  ...ports
}: WritePorts): { readonly methods: Writes; readonly byName: ByName } => {
  const sender = commandSender(ports)
  const names = nameResolver(ports.handler, ports.defaults)
  const stored = contents({ manifests, files, local, clock })
  const calling = { sender, names }
  const versions = versionMethods(calling)
  const methods = {
    ...executeMethods(sender),
    ...logMethods(calling, stored),
    ...draftMethods(calling, stored),
    ...copyMethods(calling),
    ...contentMethods(names, stored),
    ...distributedMethods(calling, stored),
    ...artifactMethods(calling),
    ...versions,
    ...aliasMethods(calling),
    ...registeredModelMethods(calling),
    ...linkMethods(calling),
    ...linkModelMethods(calling, stored),
    ...runMethods(calling),
    ...lossMethods(sender),
  }
  return { methods: untilAborted(methods), byName: untilAborted(byName(calling, versions)) }
}
