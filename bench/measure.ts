/**
 * How everything here is measured: two sides do the same work in turn, A B A B …, in one process, several
 * times. What counts is the ratio of each pair; absolute figures say more about the machine.
 */

/** One side of a comparison: does its work once and answers how much was done in how many seconds. */
export type Side = () => Promise<{ readonly done: number; readonly seconds: number }>

export interface Benchmark {
  readonly name: string
  /** What is measured, against what. */
  readonly what: string
  readonly unit: string
  /** The least ratio of ours to the floor, and where it is written. */
  readonly budget: number
  /** Prepares both sides for an amount of work; a smoke run wants little. */
  readonly prepare: (size: 'full' | 'smoke') => Promise<Prepared>
}

export interface Prepared {
  readonly ours: Side
  readonly floor: Side
  readonly close: () => Promise<void>
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Result {
  readonly name: string
  readonly what: string
  readonly unit: string
  readonly budget: number
  readonly ratio: Spread
  /** Per second. */
  readonly ours: Spread
  readonly floor: Spread
  readonly repetitions: number
}

export const measure = async (benchmark: Benchmark, size: 'full' | 'smoke', repetitions: number): Promise<Result> => {
  const { name, what, unit, budget, prepare } = benchmark
  const { ours, floor, close } = await prepare(size)
  try {
    // Once unmeasured, so that neither side pays for what is compiled and cached on first use.
    await floor()
    await ours()
    const pairs: Array<{ readonly ours: number; readonly floor: number }> = []
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const floorFirst = repetition % 2 === 0
      const first = await rate(floorFirst ? floor : ours)
      const second = await rate(floorFirst ? ours : floor)
      pairs.push(floorFirst ? { floor: first, ours: second } : { floor: second, ours: first })
    }
    return {
      name,
      what,
      unit,
      budget,
      repetitions,
      ratio: spread(pairs.map((pair) => pair.ours / pair.floor)),
      ours: spread(pairs.map((pair) => pair.ours)),
      floor: spread(pairs.map((pair) => pair.floor)),
    }
  } finally {
    await close()
  }
}

/** Times work that answers how much it did. */
export const timed = async (work: () => Promise<number> | number): ReturnType<Side> => {
  const start = performance.now()
  const done = await work()
  return { done, seconds: (performance.now() - start) / 1000 }
}

const rate = async (side: Side): Promise<number> => {
  const { done, seconds } = await side()
  return done / seconds
}

const spread = (values: ReadonlyArray<number>): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) }
}
