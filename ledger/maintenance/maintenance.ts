/** Care for what is stored: reading every byte again, and deleting the files that nothing names any more. */
import type { OnMaintenance } from '../../domain/ports/download.js'
import type { Stoppable } from '../calling/arguments.js'
import { untilAborted } from '../calling/stopping.js'
import {
  type Collectable,
  type Collected,
  type CollectionPlan,
  type CollectionPorts,
  collectable,
  collectGarbage,
} from './garbage-collection.js'
import { type OnVerify, type Verified, type VerifyOptions, type VerifyPorts, verify } from './verify.js'

export type MaintenancePorts = CollectionPorts & VerifyPorts

export type Maintenance = ReturnType<typeof maintenance>

export const maintenance = (ports: MaintenancePorts) => ({
  ...untilAborted({
    /**
     * The files that `collectGarbage` would delete: those that no live version and no open draft names and
     * that were not put for a day. Manifests are never deleted. Refused where the files are also another ledger's, and
     * where there is no history that could name any. Says what else nothing names, and when it can go.
     */
    collectable: (options?: Stoppable): Promise<Collectable> => collectable(ports, options),

    /**
     * Works out again everything that is kept: the bytes of the events and their checksums, each event in full and whether it
     * could follow on those before it, what is noted of their end, the kept snapshots, those of `projections` among them, the manifest
     * and every file of every live version. Answers what is missing or damaged, where, and what to do; one that is damaged ends nothing.
     */
    verify: (onProgress?: OnVerify, options?: VerifyOptions): Promise<Verified> => verify(ports, onProgress, options),
  }),

  /**
   * Deletes what a plan names and what is still collectable; what was put or named again meanwhile stays. Aborted, it leaves what
   * it has not come to.
   */
  collectGarbage: (plan: CollectionPlan, onProgress?: OnMaintenance, options?: Stoppable): Promise<Collected> =>
    collectGarbage(ports, plan, onProgress, options),
})
