/** What a test of EventStoreDB opens, closed after each: what was opened last first. */
import { afterEach } from 'vitest'
import { StandIn, type StandInOptions } from './stand-in.js'

/** For a test file, called once in it. */
export const resources = () => {
  const open: Array<{ close(): Promise<void> }> = []
  afterEach(async () => {
    for (const resource of open.splice(0).reverse()) await resource.close()
  })
  const start = async (options?: StandInOptions): Promise<StandIn> => {
    const standIn = await StandIn.start(options)
    open.push({ close: () => standIn.stop() })
    return standIn
  }
  return { open, start }
}
