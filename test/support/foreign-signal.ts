import { runInNewContext } from 'node:vm'

/** A signal of another realm, as jsdom has its own: none of Node's, with listeners of its own. */
export interface ForeignSignal {
  readonly signal: AbortSignal
  readonly abort: (reason?: unknown) => void
  readonly listeners: () => number
}

const make: () => ForeignSignal = runInNewContext(`
  () => {
    const listeners = new Set()
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener: (type, listener) => { if (type === 'abort') listeners.add(listener) },
      removeEventListener: (type, listener) => { listeners.delete(listener) },
    }
    Object.defineProperty(signal, Symbol.toStringTag, { value: 'AbortSignal' })
    const abort = (reason) => {
      if (signal.aborted) return
      signal.aborted = true
      signal.reason = reason
      for (const listener of [...listeners]) listener.call(signal, { type: 'abort', target: signal })
      listeners.clear()
    }
    return { signal, abort, listeners: () => listeners.size }
  }
`)

export const foreignSignal = (): ForeignSignal => make()
