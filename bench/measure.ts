/**
 * How everything here is measured: two sides do the same work in turn, A B A B …, in one process, several
 * times. What counts is the ratio of each pair; absolute figures say more about the machine.
 */

/** What one side did, in how many seconds. */
export interface Done {
  readonly done: number
  readonly seconds: number
  /** What came of it. Where both sides answer, they answer the same: the smoke test holds them to it. */
  readonly answer?: unknown
}

/** One side of a comparison: does its work once. */
export type Side = () => Promise<Done>

export interface Benchmark {
  readonly name: string
  /** What is measured, against what. */
  readonly what: string
  /** Of both rates; higher is better. */
  readonly unit: string
  /** The least ratio of ours to the floor; `null` where nobody has set one. */
  readonly budget: number | null
  /** Prepares both sides for an amount of work; a smoke run wants little. */
  readonly prepare: (size: 'full' | 'smoke') => Promise<Prepared>
}

export interface Prepared {
  readonly ours: Side
  /** The other side; or a rate that is asked for, whatever the machine. */
  readonly floor: Side | number
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
  readonly budget: number | null
  readonly ratio: Spread
  readonly ours: Spread
  readonly floor: Spread
  readonly repetitions: number
}

export const measure = async (benchmark: Benchmark, size: 'full' | 'smoke', repetitions: number): Promise<Result> => {
  const { name, what, unit, budget, prepare } = benchmark
  const { ours, floor, close } = await prepare(size)
  const other: Side = typeof floor === 'number' ? async () => ({ done: floor, seconds: 1 }) : floor
  try {
    // Once unmeasured, so that neither side pays for what is compiled and cached on first use.
    await other()
    await ours()
    const pairs: Array<{ readonly ours: number; readonly floor: number }> = []
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const floorFirst = repetition % 2 === 0
      const first = await rate(floorFirst ? other : ours)
      const second = await rate(floorFirst ? ours : other)
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

/** Times work that answers how much it did; what came of it may be looked up afterwards. */
export const timed = async (
  work: () => Promise<number> | number,
  answer: () => unknown = () => undefined,
): Promise<Done> => {
  const start = performance.now()
  const done = await work()
  const seconds = (performance.now() - start) / 1000
  return { done, seconds, answer: await answer() }
}

const rate = async (side: Side): Promise<number> => {
  const { done, seconds } = await side()
  return done / seconds
}

export const spread = (values: ReadonlyArray<number>): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) }
}
