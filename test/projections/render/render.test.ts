/** The pictures: well-formed whatever the names, nothing overlapping, everything shown, at 1, 20 and 500. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AliasTenure } from '../../../projections/audit/tenure.js'
import type { LineageEdge, LineageNode } from '../../../projections/lineage/answer.js'
import { aliasSvg } from '../../../projections/render/alias-svg.js'
import { lineageSvg } from '../../../projections/render/lineage-svg.js'
import {
  type LineagePicture,
  lineageDot,
  lineageJson,
  lineageMermaid,
} from '../../../projections/render/lineage-text.js'
import { fitted, widthOf, xml } from '../../../projections/render/svg.js'
import { artifactNamed, runNamed } from '../../support/domain-samples.js'

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

/** Reads XML strictly: one root, tags that match, quoted attributes, no stray `<` or `&`, no illegal character. */
const parseXml = (source: string): Element => {
  const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.exec(source)
  if (illegal !== null) throw new Error(`illegal character at ${illegal.index}`)
  const decoded = (text: string): string => {
    if (/[<>]|&(?!#\d+;|amp;|lt;|gt;|quot;)/.test(text)) throw new Error(`not escaped: ${text.slice(0, 80)}`)
    return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  }
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y
  while (token.lastIndex < source.length) {
    const at = token.lastIndex
    const match = token.exec(source)
    const inside = open.at(-1)
    if (match === null || inside === undefined) throw new Error(`not XML at ${at}: ${source.slice(at, at + 80)}`)
    const [, closing, name = '', attributes = '', empty, text] = match
    if (text !== undefined) inside.text += decoded(text)
    else if (closing === '/') {
      if (inside.name !== name) throw new Error(`</${name}> closes <${inside.name}>`)
      open.pop()
    } else {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        decoded(value),
      ])
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' }
      if (pairs.length !== Object.keys(element.attributes).length) throw new Error(`an attribute twice in <${name}>`)
      inside.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  const [only, ...more] = root.children
  if (open.length !== 1 || only === undefined || more.length > 0 || root.text.trim() !== '')
    throw new Error('no single root')
  return only
}

const everyElement = (element: Element): ReadonlyArray<Element> => [element, ...element.children.flatMap(everyElement)]
const classed = (root: Element, name: string): ReadonlyArray<Element> =>
  everyElement(root).filter(({ attributes }) => attributes['class']?.split(' ').includes(name))
const textsOf = (root: Element): ReadonlyArray<string> =>
  everyElement(root)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text)
const number = (element: Element, name: string): number => Number(element.attributes[name])

const wellMade = (svg: string): Element => {
  const root = parseXml(svg)
  expect(root.name).toBe('svg')
  expect(root.attributes).toMatchObject({ role: 'img', xmlns: 'http://www.w3.org/2000/svg' })
  const [title, description] = root.children
  expect([title?.name, description?.name]).toEqual(['title', 'desc'])
  expect(title?.text).not.toBe('')
  expect(description?.text).not.toBe('')
  expect(svg).toContain('prefers-color-scheme: dark')
  // Nothing to fetch and nothing to run: the one address is the name space, the one reference the arrow's head.
  expect([...svg.matchAll(/https?:/g)]).toHaveLength(1)
  expect([...svg.matchAll(/url\(([^)]*)\)/g)].every(([, target]) => target === '#arrow')).toBe(true)
  expect(everyElement(root).filter(({ name }) => /^(script|image|use|foreignObject|a)$/.test(name))).toEqual([])
  const [width, height] = [number(root, 'width'), number(root, 'height')]
  expect(root.attributes['viewBox']).toBe(`0 0 ${width} ${height}`)
  for (const rect of everyElement(root).filter(
    ({ name, attributes }) => name === 'rect' && attributes['x'] !== undefined,
  )) {
    expect(number(rect, 'x')).toBeGreaterThanOrEqual(0)
    expect(number(rect, 'x') + number(rect, 'width')).toBeLessThanOrEqual(width)
  }
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/)
  return root
}

const version = (name: string, number_: number, more: Partial<LineageNode> = {}): LineageNode =>
  ({
    kind: 'version',
    id: `version:acme/churn/${name}:v${number_}`,
    name: `acme/churn/${name}:v${number_}`,
    artifact: artifactNamed(name),
    version: number_,
    type: 'model',
    since: 1,
    end: null,
    ...more,
  }) as LineageNode
const run = (name: string): LineageNode => ({
  kind: 'run',
  id: `run:acme/churn/${name}`,
  name: `acme/churn/${name}`,
  run: runNamed(name),
  type: null,
  since: 1,
  end: null,
})
const edge = (from: LineageNode, to: LineageNode, kind: LineageEdge['kind']): LineageEdge => ({
  from: from.id,
  to: to.id,
  kind,
  position: 1,
})

/** One data set, used by runs that each log a version: `count` nodes in all. */
const fan = (count: number): LineagePicture => {
  const root = version('data', 0, { type: 'dataset' })
  const nodes = [root]
  const edges: LineageEdge[] = []
  for (let n = 0; nodes.length < count; n++) {
    const made = run(`train-${n}`)
    nodes.push(made)
    edges.push(edge(root, made, 'used'))
    if (nodes.length === count) break
    const model = version('model', n)
    nodes.push(model)
    edges.push(edge(made, model, 'logged'))
  }
  return { nodes, edges, moment: 77 }
}

const NASTY = `<script>"&'\u202E\u0000\uD800]]>`

describe('the picture of a lineage', () => {
  it.each([1, 20, 50])('shows every node and edge of %i nodes, and no box over another', (count) => {
    const picture = fan(count)
    const root = wellMade(lineageSvg(picture))
    const boxes = boxesOf(root)
    expect(boxes).toHaveLength(count)
    expect(classed(root, 'edge').filter(({ children }) => children.length > 0)).toHaveLength(picture.edges.length)
    noneOverAnother(boxes)
    for (const { name } of picture.nodes) expect(textsOf(root)).toContain(name.split('/').at(-1))
    const height = number(root, 'height')
    expect(height).toBeLessThan(count === 1 ? 170 : count === 20 ? 900 : 1800)
    expect(lineageSvg(picture)).toBe(lineageSvg(picture))
  })

  it('has the versions of one artifact in one box where they are many, and says so; what it is about stands alone', () => {
    const picture = fan(500)
    const focus = picture.nodes[4]
    const root = wellMade(lineageSvg(picture, focus === undefined ? {} : { focus: focus.id }))
    expect(number(root, 'height')).toBeLessThan(2000)
    expect(textsOf(root)).toEqual(
      expect.arrayContaining(['data:v0', '250 runs', 'model: 248 versions', focus?.name.split('/').at(-1)]),
    )
    expect(textsOf(root)).toContain('as of position 77 · 500 things in 4 boxes')
    expect(root.children[1]?.text).toContain('250 runs, 250 artifact versions; 499 edges')
    expect(lineageDot(picture).match(/label="/g)).toHaveLength(500 + 499 + 1)
  })

  it('has at most so many boxes that one sees them at once, however many names there are', () => {
    const nodes = [
      ...Array.from({ length: 300 }, (_, n) => version(`model-${n}`, 0)),
      ...Array.from({ length: 300 }, (_, n) => ({ ...version(`m${n}`, 0), name: `acme/p${n}/m:v0`, id: `p${n}` })),
    ]
    const boxesAt = (count: number) =>
      boxesOf(wellMade(lineageSvg({ nodes: nodes.slice(0, count), edges: [], moment: 1 })))
    expect([40, 60, 320, 600].map((count) => boxesAt(count).length)).toEqual([40, 1, 21, 1])
  })

  it('tells the aliases of its versions, and its moment with its time', () => {
    const held = version('model', 3, { aliases: ['latest', 'production'] })
    const picture = { nodes: [held], edges: [], moment: 4, time: '2026-05-03T14:00:00.000Z' }
    const root = wellMade(lineageSvg(picture))
    expect(textsOf(root)).toContain('model · latest, production · acme/churn')
    expect(textsOf(root)).toContain('as of 2026-05-03T14:00:00.000Z (position 4)')
    expect(lineageMermaid(picture)).toContain('title: "as of 2026-05-03T14:00:00.000Z (position 4)"')
    expect(lineageDot(picture)).toContain('label="as of 2026-05-03T14:00:00.000Z (position 4)"')
    expect(lineageDot(picture)).toContain('model · latest, production')
  })

  it.each(['W'.repeat(60), 'wide-MODEL_'.repeat(12), '模型'.repeat(30), 'i'.repeat(200)])(
    'has every text inside its box: %s',
    (name) => {
      const root = wellMade(
        lineageSvg({
          nodes: [version('model', 0, { name: `acme/churn/${name}:v0`, type: name })],
          edges: [],
          moment: 1,
        }),
      )
      const [box] = boxesOf(root)
      const room = box === undefined ? 0 : number(box, 'width') - 32
      const [words] = classed(root, 'name')
      expect(widthOf(words?.text ?? '', 13, 'bold')).toBeLessThanOrEqual(room)
    },
  )

  it('keeps names what they are: text', () => {
    const nasty = version('model', 0, { name: `acme/churn/${NASTY}`, id: 'x', type: NASTY })
    const root = wellMade(lineageSvg({ nodes: [nasty], edges: [], moment: 1 }, { title: NASTY }))
    const shown = `<script>"&'\u202E\uFFFD\uFFFD]]>`
    expect(textsOf(root)).toContain(shown)
    expect(root.children[0]?.text).toBe(shown)
    expect(everyElement(root).some(({ name }) => name === 'script')).toBe(false)
  })

  it('says what ended, what it is about, and what the looks mean', () => {
    const endedAt = version('model', 0, { end: { how: 'deleted', position: 9 } })
    const made = run('train')
    const root = wellMade(
      lineageSvg({ nodes: [made, endedAt], edges: [edge(made, endedAt, 'logged')], moment: 9 }, { focus: made.id }),
    )
    expect(classed(root, 'ended')).toHaveLength(1)
    expect(classed(root, 'focus').map(({ attributes }) => attributes['class'])).toEqual(['node run focus'])
    expect(textsOf(root)).toEqual(
      expect.arrayContaining(['run', 'artifact version', 'logged', 'model, deleted · acme/churn']),
    )
    expect(textsOf(root)).not.toContain('linked')
    expect(root.children[1]?.text).toContain('1 run, 1 artifact version; 1 edge, as of position 9')
  })

  it('of an answer that goes on says that there is more, and no other does', () => {
    const cut = wellMade(lineageSvg({ ...fan(3), cursor: 'MQ' }))
    expect(textsOf(cut)).toContain('as of position 77 · … and more')
    expect(cut.children[0]?.text).toMatch(/edges … and more$/)
    expect(lineageSvg(fan(3))).not.toContain('and more')
    expect(number(cut, 'height')).toBe(number(wellMade(lineageSvg(fan(3))), 'height'))
  })

  it('draws a cycle, an edge over several layers, and part of a graph', () => {
    const [a, b, c] = [version('a', 0), run('r'), version('b', 0)]
    const edges = [edge(a, b, 'used'), edge(b, a, 're-logged'), edge(b, c, 'logged'), edge(a, c, 'derived-from')]
    const root = wellMade(lineageSvg({ nodes: [a, b, c], edges, moment: 1 }))
    expect(classed(root, 'edge').filter(({ children }) => children.length > 0)).toHaveLength(4)
    const part = wellMade(lineageSvg({ nodes: [a], edges, moment: 1 }))
    expect(classed(part, 'edge').filter(({ children }) => children.length > 0)).toHaveLength(0)
    expect(wellMade(lineageSvg({ nodes: [], edges: [], moment: 0 })).children[0]?.text).toBe(
      'Lineage: nothing; 0 edges',
    )
  })
})

/** Where the boxes of a picture are. */
const boxesOf = (root: Element): ReadonlyArray<Element> =>
  classed(root, 'node')
    .flatMap(({ children }) => children)
    .filter(({ name, attributes }) => name === 'rect' && attributes['x'] !== undefined)

const noneOverAnother = (boxes: ReadonlyArray<Element>): void => {
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      const apart =
        number(a, 'x') + number(a, 'width') <= number(b, 'x') ||
        number(b, 'x') + number(b, 'width') <= number(a, 'x') ||
        number(a, 'y') + number(a, 'height') <= number(b, 'y') ||
        number(b, 'y') + number(b, 'height') <= number(a, 'y')
      if (!apart) throw new Error(`boxes overlap: ${JSON.stringify([a.attributes, b.attributes])}`)
    }
  }
}

/** The points that the path of an edge goes through. */
const pointsOf = (edge: Element): ReadonlyArray<readonly [x: number, y: number]> =>
  [...(edge.attributes['d'] ?? '').matchAll(/([\d.-]+) ([\d.-]+)(?= [LC]|$)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ])

describe('whatever the graph, its picture', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.record({
      nodes: fc.constant(
        Array.from({ length: count }, (_, n) => (n % 3 === 0 ? run(`r${n}`) : version('m'.repeat(n * 3 + 1), n))),
      ),
      ends: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 20 }),
    }),
  )

  it('has no box over another, and every edge from the side of one to the side of the other', () => {
    fc.assert(
      fc.property(graph, ({ nodes, ends }) => {
        const edges = ends.flatMap(([a, b]) => {
          const [from, to] = [nodes[a], nodes[b]]
          return from === undefined || to === undefined || a === b ? [] : [edge(from, to, 'used')]
        })
        const root = wellMade(lineageSvg({ nodes, edges, moment: 1 }))
        const boxes = boxesOf(root)
        noneOverAnother(boxes)
        const drawn = classed(root, 'edge').filter(({ children }) => children.length > 0)
        const unlike = [...new Map(edges.map((each) => [`${each.from} ${each.to}`, each])).values()]
        expect(drawn).toHaveLength(unlike.length)
        for (const [index, { from, to }] of unlike.entries()) {
          const points = drawn[index] === undefined ? [] : pointsOf(drawn[index])
          for (const [id, point] of [
            [from, points.at(0)],
            [to, points.at(-1)],
          ] as const) {
            const box = boxes[nodes.findIndex((node) => node.id === id)]
            if (box === undefined || point === undefined) throw new Error('an edge without an end')
            const [left, right] = [number(box, 'x'), number(box, 'x') + number(box, 'width')]
            expect(Math.min(Math.abs(point[0] - left), Math.abs(point[0] - right))).toBeLessThan(0.2)
            expect(Math.abs(point[1] - number(box, 'y') - number(box, 'height') / 2)).toBeLessThan(0.2)
          }
        }
      }),
    )
  })

  it('flows from left to right where nothing goes round', () => {
    const nodes = Array.from({ length: 12 }, (_, n) => version('m', n))
    const edges = nodes.slice(1).map((node, n) => edge(nodes[Math.floor(n / 2)] ?? node, node, 'derived-from'))
    const boxes = boxesOf(wellMade(lineageSvg({ nodes, edges, moment: 1 })))
    for (const [n, box] of boxes.slice(1).entries()) {
      const before = boxes[Math.floor(n / 2)]
      if (before === undefined) throw new Error('no box')
      expect(number(before, 'x') + number(before, 'width')).toBeLessThan(number(box, 'x'))
    }
  })
})

describe('lineage as text', () => {
  it('for Mermaid: a label holds nothing that ends it or is taken for code', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(NASTY), fc.string({ unit: 'binary' })), (name) => {
        const nasty = version('model', 0, { name: `acme/churn/${name}`, id: 'x' })
        const [, , , head, line = '', ...rest] = lineageMermaid({ nodes: [nasty], edges: [], moment: 1 }).split('\n')
        expect(head).toBe('flowchart LR')
        expect(rest).toEqual([''])
        const label = /^ {2}n0\["(.*)"\]$/u.exec(line)?.[1]
        expect(label).toMatch(/^(?:[\p{L}\p{M}\p{N} _./,:-]|#\d+;|<br\/>)*$/u)
        const back = (label ?? '')
          .split('<br/>')[0]
          ?.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
        expect(back).toBe(name.split('/').length > 1 ? back : name.toWellFormed())
      }),
    )
  })

  it('for Mermaid: shapes and edges', () => {
    const [made, model] = [run('train'), version('model', 3, { end: { how: 'deleted', position: 4 } })]
    expect(lineageMermaid({ nodes: [made, model], edges: [edge(made, model, 'logged')], moment: 4 })).toBe(
      [
        '---',
        'title: "as of position 4"',
        '---',
        'flowchart LR',
        '  n0(["train<br/>acme/churn<br/>run"])',
        '  n1["model:v3<br/>acme/churn<br/>model, deleted"]',
        '  n0 -->|logged| n1',
        '  classDef ended stroke-dasharray:4 3,opacity:0.6',
        '  class n1 ended',
        '',
      ].join('\n'),
    )
  })

  it('for Graphviz: a label holds nothing that ends it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(NASTY), fc.string({ unit: 'binary' })), (name) => {
        const nasty = version('model', 0, { name: `acme/churn/${name}`, id: 'x' })
        const line = lineageDot({ nodes: [nasty], edges: [], moment: 1 }).split('\n')[4] ?? ''
        expect(line).toMatch(/^ {2}n0 \[label="(?:[^"\\\p{Cc}]|\\[\\"n])*", shape=box\]$/u)
      }),
    )
  })

  it('for Graphviz: shapes and edges', () => {
    const [made, model] = [run('say "hi" \\ & go'), version('model', 3)]
    expect(lineageDot({ nodes: [made, model], edges: [edge(made, model, 'logged')], moment: 4 })).toBe(
      [
        'digraph lineage {',
        '  rankdir=LR',
        '  node [fontname="sans-serif"]',
        '  edge [fontname="sans-serif"]',
        '  n0 [label="say \\"hi\\" \\\\ &amp; go\\nacme/churn\\nrun", shape=ellipse]',
        '  n1 [label="model:v3\\nacme/churn\\nmodel", shape=box]',
        '  n0 -> n1 [label="logged"]',
        '  label="as of position 4"',
        '}',
        '',
      ].join('\n'),
    )
  })

  it.each([
    ['Mermaid', lineageMermaid, '  more["… and more"]\n  style more fill:none,stroke:none\n'],
    ['Graphviz', lineageDot, '  label="as of position 77, … and more"\n}\n'],
  ])('for %s: of an answer that goes on it says so, and of no other', (_, render, last) => {
    expect(render({ ...fan(3), cursor: 'MQ' }).endsWith(last)).toBe(true)
    expect(render(fan(3))).not.toContain('more')
  })

  it('as JSON: the answer itself', () => {
    const picture = fan(5)
    expect(JSON.parse(lineageJson(picture))).toEqual(picture)
  })
})

const DAY = 86_400_000
const change = (position: number, day: number, reason: string | null = null): AliasTenure['from'] => ({
  position,
  time: new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString(),
  recordedAt: new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString(),
  occurredAt: null,
  actor: 'ann',
  onBehalfOf: null,
  reason,
  commandId: `c${position}`,
  correlationId: null,
})

/** So many tenures of two aliases, with spaces between them as given. */
const story = (count: number, dayOf: (index: number) => number): ReadonlyArray<AliasTenure> => {
  const tenures: AliasTenure[] = []
  for (let index = 0; index < count; index++) {
    const alias = index % 5 === 4 ? 'production' : 'latest'
    const next = Array.from({ length: 10 }, (_, step) => index + 1 + step).find(
      (later) => later < count && (later % 5 === 4 ? 'production' : 'latest') === alias,
    )
    tenures.push({
      alias,
      version: index,
      source: `acme/churn/model:v${index}`,
      sourceDeleted: false,
      replaced: null,
      from: change(index + 1, dayOf(index)),
      until: next === undefined ? null : change(next + 1, dayOf(next)),
      replacedBy: next ?? null,
    })
  }
  return tenures
}

describe('the picture of aliases', () => {
  const until = '2027-06-01T00:00:00.000Z'
  const options = { until, title: 'Aliases of acme/model-registry/churn' }

  it('marks what leads to a version that is deleted', () => {
    const tenures = story(3, (index) => index).map((tenure) => ({ ...tenure, sourceDeleted: tenure.version === 1 }))
    const root = wellMade(aliasSvg(tenures, options))
    expect(classed(root, 'gone')).toHaveLength(1)
    const texts = everyElement(root).map(({ text }) => text)
    expect(texts.filter((text) => text.includes('(acme/churn/model:v1, source deleted)'))).toHaveLength(1)
    expect(texts.join(' ')).toContain('Dashed: source deleted.')
    expect(
      aliasSvg(
        story(3, (index) => index),
        options,
      ),
    ).not.toContain('ource deleted.')
  })

  it.each([
    ['evenly', (index: number) => index],
    ['in bursts', (index: number) => Math.floor(index / 20) * 30 + (index % 20) * 0.0001],
    ['all in one moment', () => 3],
    ['with a clock that steps back', (index: number) => (index % 7 === 6 ? index - 3 : index)],
  ] as const)('at 1, 20 and 500 tenures, %s: every one has a bar that can be read', (_, dayOf) => {
    for (const count of [1, 20, 500]) {
      const tenures = story(count, dayOf)
      const root = wellMade(aliasSvg(tenures, options))
      const bars = classed(root, 'bar')
      expect(bars.length).toBeGreaterThanOrEqual(count)
      const tips = everyElement(root)
        .filter(({ name }) => name === 'title')
        .map(({ text }) => text)
      for (const { alias, version: held, from } of tenures) {
        const own = tips.filter((tip) =>
          tip.startsWith(`${alias}: v${held} (acme/churn/model:v${held}) from ${from.time}`),
        )
        expect(own.length, `bars of v${held}`).toBeGreaterThanOrEqual(1)
        expect(textsOf(root), `label of v${held}`).toContain(`v${held}`)
      }
      expect(number(root, 'width')).toBeLessThan(1800)
      // In a row, one bar begins where the one before ends, or later.
      for (const row of everyElement(root).filter(({ children }) =>
        children.some(({ attributes }) => attributes['class'] === 'alias'),
      )) {
        const spans = row.children.flatMap(({ children }) => children).filter(({ name }) => name === 'rect')
        for (const [index, bar] of spans.entries()) {
          const next = spans[index + 1]
          if (next !== undefined)
            expect(number(next, 'x')).toBeGreaterThanOrEqual(number(bar, 'x') + number(bar, 'width') - 0.2)
        }
      }
      for (const { alias } of tenures) expect(textsOf(root)).toContain(alias)
      const dates = textsOf(root).filter((text) => /^\d{4}-\d\d-\d\d$/.test(text))
      expect(dates.length).toBeGreaterThanOrEqual(1)
    }
  })

  it('is to scale where there is room, and says so where it is not', () => {
    const root = wellMade(
      aliasSvg(
        story(2, (index) => index * 10),
        { ...options, until: '2026-01-21T00:00:00.000Z' },
      ),
    )
    const [bar] = classed(root, 'bar')
    if (bar === undefined) throw new Error('no bar')
    expect(number(bar, 'width')).toBeCloseTo(500, 0)
    expect(textsOf(root).join(' ')).not.toContain('stretched')
    expect(
      textsOf(
        wellMade(
          aliasSvg(
            story(40, (index) => index * 0.001),
            options,
          ),
        ),
      ).join(' '),
    ).toContain('stretched')
  })

  it('tells in words who, why, and until when', () => {
    const [tenure] = story(1, () => 0)
    if (tenure === undefined) throw new Error('none')
    const ended: AliasTenure = {
      ...tenure,
      replaced: 7,
      from: { ...change(1, 0, 'better <recall>'), onBehalfOf: 'cat' },
      until: { ...change(2, 5, 'broken'), onBehalfOf: 'dan' },
    }
    const root = wellMade(aliasSvg([ended], options))
    const tips = everyElement(root)
      .filter(({ name }) => name === 'title')
      .map(({ text }) => text)
    expect(tips).toContain(
      'latest: v0 (acme/churn/model:v0) from 2026-01-01T00:00:00.000Z, put there by ann for cat in place of v7: better <recall>; until 2026-01-06T00:00:00.000Z, removed by ann for dan: broken',
    )
    expect(root.children[1]?.text).toContain('1 alias, 1 tenure')
    expect(root.children[1]?.text).toContain('None of them is held now.')
    expect(classed(root, 'held')).toEqual([])
  })

  it('ends where it is told to: a bar that went on is cut there, and tells when it ended', () => {
    const tenures = story(2, (index) => index * 10)
    const [first, second] = tenures
    if (first === undefined || second === undefined) throw new Error('none')
    const ended = { ...second, until: change(3, 500) }
    const root = wellMade(aliasSvg([first, ended], { ...options, until: '2026-01-21T00:00:00.000Z' }))
    const [, bar] = classed(root, 'bar')
    if (bar === undefined) throw new Error('no bar')
    expect(number(bar, 'width')).toBeCloseTo(500, 0)
    expect(textsOf(root)).toContain('2026-01-21')
    expect(textsOf(root)).not.toContain(ended.until.time.slice(0, 10))
    expect(textsOf(root).join(' ')).toContain('What ended later is cut at the end.')
    expect(root.children[1]?.text).toContain('up to 2026-01-21T00:00:00.000Z. None of them is held now. What ended')
    expect(
      everyElement(root).filter(({ text }) => text.includes(`until ${ended.until.time}, removed by ann`)),
    ).toHaveLength(1)
  })

  it('keeps names what they are: text', () => {
    const [tenure] = story(1, () => 0)
    if (tenure === undefined) throw new Error('none')
    const nasty = { ...tenure, alias: NASTY, from: { ...tenure.from, actor: NASTY, reason: NASTY } }
    const root = wellMade(aliasSvg([nasty], { ...options, title: NASTY }))
    expect(textsOf(root)).toContain(`<script>"&'\u202E\uFFFD\uFFFD]]>`)
    expect(textsOf(wellMade(aliasSvg([], options)))).toContain(options.title)
  })
})

describe('text in pictures', () => {
  it('is what it was when it is read back, but for what XML cannot hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = parseXml(`<a b="${xml(text)}">${xml(text)}</a>`)
        const held = [...text.toWellFormed()]
          .map((character) =>
            /[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(character) ? character : '\uFFFD',
          )
          .join('')
        expect(read).toMatchObject({ attributes: { b: held }, text: held })
      }),
    )
  })

  it('is shortened in the middle until it fits', () => {
    expect(fitted('model:v3', 13, 200)).toBe('model:v3')
    const short = fitted('a-very-long-artifact-name-that-nobody-can-read:v12', 13, 120)
    expect(short).toMatch(/^a-very.*….*:v12$/)
    expect(widthOf(short, 13)).toBeLessThanOrEqual(120)
    expect(fitted('日本語日本語日本語', 13, 1)).toBe('…')
  })
})
