/** The model: one hidden layer of rectified units and a softmax, trained by stochastic gradient descent. */
import { type Digit, randomFrom } from './digits.js'

/** The weights of each unit of a layer, its bias last. */
type Layer = number[][]

export interface Network {
  readonly hidden: Layer
  readonly output: Layer
}

export const newNetwork = (seed: number): Network => {
  const random = randomFrom(seed)
  return { hidden: layer(64, 32, random), output: layer(32, 10, random) }
}

/** Goes through the digits again and again, in another order each time; yields the number of every epoch done. */
export function* train(
  network: Network,
  digits: ReadonlyArray<Digit>,
  epochs: number,
  seed: number,
): Generator<number> {
  const random = randomFrom(seed)
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const digit of shuffled(digits, random)) learn(network, digit, 0.03)
    yield epoch
  }
}

/** One unit per line, the hidden ones first, then a blank line and the output. */
export const toText = ({ hidden, output }: Network): string =>
  [hidden, output].map((layer) => layer.map((weights) => `${weights.join(',')}\n`).join('')).join('\n')

export const fromText = (text: string): Network => {
  const [hidden = [], output = []] = text.split('\n\n').map((layer) =>
    layer
      .trimEnd()
      .split('\n')
      .map((line) => line.split(',').map(Number)),
  )
  return { hidden, output }
}

/** The digit that the network sees. */
export const read = (network: Network, { pixels }: Digit): number => {
  const { scores } = forward(network, pixels)
  return scores.indexOf(Math.max(...scores))
}

const forward = ({ hidden, output }: Network, pixels: ReadonlyArray<number>) => {
  const inputs = pixels.map((grey) => grey / 16)
  const features = sums(hidden, inputs).map((sum) => Math.max(0, sum))
  return { inputs, features, scores: sums(output, features) }
}

/** One step against the gradient of the cross-entropy of one digit. */
const learn = (network: Network, { label, pixels }: Digit, rate: number): void => {
  const { inputs, features, scores } = forward(network, pixels)
  const errors = softmax(scores).map((probability, unit) => probability - (unit === label ? 1 : 0))
  const blame = features.map((feature, unit) =>
    feature > 0 ? errors.reduce((sum, error, out) => sum + error * (network.output[out]?.[unit] ?? 0), 0) : 0,
  )
  step(network.output, features, errors, rate)
  step(network.hidden, inputs, blame, rate)
}

const step = (layer: Layer, inputs: ReadonlyArray<number>, errors: ReadonlyArray<number>, rate: number): void => {
  for (const [unit, weights] of layer.entries()) {
    const change = rate * (errors[unit] ?? 0)
    if (change === 0) continue
    for (let at = 0; at < weights.length; at++) weights[at] = (weights[at] ?? 0) - change * (inputs[at] ?? 1)
  }
}

const sums = (layer: Layer, inputs: ReadonlyArray<number>): number[] =>
  layer.map((weights) => {
    let sum = 0
    for (let at = 0; at < weights.length; at++) sum += (weights[at] ?? 0) * (inputs[at] ?? 1)
    return sum
  })

const softmax = (scores: ReadonlyArray<number>): number[] => {
  const most = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - most))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

const layer = (inputs: number, units: number, random: () => number): Layer =>
  Array.from({ length: units }, () =>
    Array.from({ length: inputs + 1 }, () => (random() - 0.5) / Math.sqrt(inputs / 6)),
  )

const shuffled = <A>(list: ReadonlyArray<A>, random: () => number): ReadonlyArray<A> =>
  list
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
