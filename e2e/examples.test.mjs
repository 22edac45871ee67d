// Runs the examples as a new user does: concurrently, each with its own students, slots
// and day.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { getDataID, keys } from '../examples/cache-keys.mjs'
import { liveList, merge } from '../examples/live-list.mjs'
import { delay } from './delay.mjs'
import { start } from './server.mjs'

const run = promisify(execFile)
const examples = fileURLToPath(new URL('../examples', import.meta.url))

let server
before(async () => (server = await start({ RATE_LIMIT: 'off' })))
after(() => server?.stop())

const ask = (query, variables) => server.ask(query, variables)

// school creates two students, and hourly slots of one interviewer on the day that is the
// given number of days from now. No one else has slots on that day.
async function school(name, days, hours = 4) {
  const { student, other, interviewer } = await ask(
    `mutation ($name: String!, $student: String!, $other: String!, $interviewer: String!) {
      student: createStudent(input: { name: $name, email: $student }) { student { id } }
      other: createStudent(input: { name: $name, email: $other }) { student { id } }
      interviewer: createInterviewer(input: { name: $name, email: $interviewer }) { interviewer { id } }
    }`,
    { name, student: `${days}@students.example`, other: `${days}@others.example`, interviewer: `${days}@interviewers.example` },
  )
  const day = new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  const range = { start: `${day}T10:00:00Z`, end: `${day}T${10 + hours}:00:00Z` }
  const { addAvailability } = await ask(
    `mutation ($input: AddAvailabilityInput!) { addAvailability(input: $input) { slots { id } errors { message } } }`,
    { input: { interviewerId: interviewer.interviewer.id, ...range } },
  )
  return {
    student: student.student.id,
    other: other.student.id,
    slots: addAvailability.slots.map((slot) => slot.id),
    range,
  }
}

// program runs an example as the administrator and returns the lines that it prints.
async function program(command, args, { student, other, range, token }, url = server.url) {
  const { stdout } = await run(command, args, {
    cwd: examples,
    timeout: 100_000,
    env: {
      ...process.env,
      REHEARSE_URL: `${url}/graphql`,
      REHEARSE_TOKEN: token ?? (await server.token('admin', 1)),
      STUDENT: student,
      OTHER_STUDENT: other,
      START: range.start,
      END: range.end,
    },
  }).catch(({ killed, code, stdout, stderr }) => {
    const end = killed ? 'did not end in 100 s' : `ended with ${code}`
    throw new Error(`${[command, ...args].join(' ')} ${end}; it printed:\n${stdout}${stderr}`)
  })
  return stdout.trim().split('\n')
}

let day = 100

// example runs a command and checks that it prints the results of its bookings.
function example(name, command, args, { paged = () => [], last = [], via = () => server.url } = {}) {
  const days = day++
  test(name, { timeout: 120_000 }, async () => {
    const { student, other, slots, range } = await school(name, days)
    const lines = await program(command, args, { student, other, range }, via())
    const { interviews } = await ask('query ($id: ID!) { interviews(filter: { studentId: $id }) { nodes { id slot { id } } } }', { id: student })
    assert.deepEqual(interviews.nodes.map((interview) => interview.slot.id), [slots[0]])
    const printed = lines.filter((line) => /^[a-z]+( \d)?: /.test(line))
    assert.deepEqual(printed, [
      `page 1: ${slots[0]}, ${slots[1]}`,
      `page 2: ${slots[2]}, ${slots[3]}`,
      ...paged(slots),
      `booked: ${slots[0]} as interview ${interviews.nodes[0].id}`,
      `refused: SLOT_TAKEN (SlotTaken), ${slots[1]} is free`,
      `closed: ${slots[0]}`,
      ...last,
    ])
  })
}

const paged = (slots) => [`cached: ${slots.join(', ')}`]

describe('every client lists, pages, books, handles a refusal and receives an event', { concurrency: true }, () => {
  example('Apollo Client', 'node', ['apollo.mjs'], { paged })
  example('graphql-ws', 'node', ['graphql-ws.mjs'])
  example('graphql-sse', 'node', ['graphql-sse.mjs'])
  example('curl', './curl.sh', [])
  example('urql', 'node', ['urql.mjs'])
  example('graphql-codegen', 'npm', ['run', '--silent', 'codegen'])
  example('Go by genqlient', 'go', ['run', '-C', 'go', '.'])
  example('Relay', 'npm', ['run', '--silent', 'relay'], { paged, last: ['refetched: none'] })
})

// An example that cannot continue prints an error and ends.
describe('an example that cannot continue prints the reason', { concurrency: true }, () => {
  const examplesOf = [
    ['Apollo Client', 'node', ['apollo.mjs']],
    ['urql', 'node', ['urql.mjs']],
    ['graphql-ws', 'node', ['graphql-ws.mjs']],
    ['graphql-sse', 'node', ['graphql-sse.mjs']],
    ['curl', './curl.sh', []],
  ]
  const book = (studentId, slotId) =>
    ask('mutation ($input: BookSlotInput!) { bookSlot(input: $input) { errors { message } } }', { input: { studentId, slotId } })
  for (const [name, command, args] of examplesOf) {
    const days = day++
    test(name, { timeout: 120_000 }, async () => {
      const made = await school(`Without a way on, ${name}`, days)
      const { other, slots } = made
      const ends = (how, what) => assert.rejects(program(command, args, { ...made, ...how }), what)
      await ends({ token: 'x' }, /ended with (1|22);[^]*(4403 the token is not valid|401|UNAUTHENTICATED)/)
      await book(other, slots[3])
      await ends({}, /ended with 1;[^]*(ALREADY_INTERVIEWED|SLOT_TAKEN)[^]*tudent \d+ may not book (this slot|slot \d+) anyway/)
      await ends({}, /ended with 1;[^]*tudent \d+ may not book any slot[^]*met or booked/i)
    })
  }
})

describe('a cache shows a booking everywhere without a new request', () => {
  for (const [name, command, args] of [
    ['Apollo Client', 'node', ['apollo-cache.mjs']],
    ['Graphcache of urql', 'node', ['urql-cache.mjs']],
    ['Relay', 'npm', ['run', '--silent', 'relay:cache']],
  ]) {
    const days = day++
    test(name, { timeout: 120_000 }, async () => {
      const made = await school(`Cache of ${name}`, days)
      const printed = await program(command, args, made)
      assert.deepEqual(printed.slice(-1), [`updated without asking again: slot ${made.slots[0]} is BOOKED`])
    })
  }
})

// live runs an example that keeps a paged list up to date.
function live(name, file, via = () => server.url) {
  const days = day++
  test(name, { timeout: 120_000 }, async () => {
    const made = await school(`Live list of ${name}`, days, 8)
    const [a, b, c, d, e, f, g] = made.slots
    assert.deepEqual(await program('node', [file], made, via()), [
      `two pages: ${a}, ${c}, ${d}, ${e} of 7`,
      `opened: ${a}, ${b}, ${c}, ${d}, ${e} of 8`,
      `closed beyond: ${a}, ${b}, ${c}, ${d}, ${e} of 7`,
      `opened beyond: ${a}, ${b}, ${c}, ${d}, ${e} of 8`,
      `closed: ${a}, ${b}, ${c}, ${e} of 7`,
      `three pages: ${a}, ${b}, ${c}, ${e}, ${f}, ${g} of 7`,
      'booked: none of 0',
    ])
  })
}

describe('changes are merged into a paged list', () => {
  live('Apollo Client', 'apollo-live.mjs')
  live('urql', 'urql-live.mjs')
})

describe('no change is lost when a subscription starts late', { concurrency: true }, () => {
  let late
  before(async () => (late = await delay(server.url, 500)))
  after(() => late?.stop())
  const via = () => late.url
  live('Apollo Client, a live list', 'apollo-live.mjs', via)
  live('urql, a live list', 'urql-live.mjs', via)
  example('Apollo Client', 'node', ['apollo.mjs'], { paged, via })
  example('graphql-ws', 'node', ['graphql-ws.mjs'], { via })
  example('urql', 'node', ['urql.mjs'], { via })
  example('Relay', 'npm', ['run', '--silent', 'relay'], { paged, last: ['refetched: none'], via })
})

const edge = (id, start = '2030-01-01T10:00:00Z') => ({ cursor: `cursor ${id}`, node: { id, start } })
const idsOf = (list) => list.edges.map(({ node }) => node.id)
const listOf = (hasNextPage, ...ids) => ({ edges: ids.map((id) => edge(id)), pageInfo: { hasNextPage, endCursor: `cursor ${ids.at(-1)}` } })
const change = (totalCount, opened, closedIds = []) => ({ openedEdges: opened.map((id) => edge(id)), closedIds, refetch: false, totalCount })

test('a change is merged in list order and only within the loaded pages', () => {
  for (const [what, list, told, want, hasNextPage] of [
    ['ids are compared as numbers', listOf(true, '9', '11'), change(4, ['10']), ['9', '10', '11'], true],
    ['after the loaded pages', listOf(true, '9', '11'), change(4, ['12']), ['9', '11'], true],
    ['after the end of the list', listOf(false, '9', '11'), change(3, ['12']), ['9', '11', '12'], false],
    ['the last one again', listOf(true, '9', '11'), change(3, ['11']), ['9', '11'], true],
    ['closed', listOf(true, '9', '11'), change(2, [], ['9', '1']), ['11'], true],
    ['the remaining slots are closed', listOf(true, '9', '11'), change(2, [], ['12']), ['9', '11'], false],
    ['all loaded slots are closed', listOf(true, '9', '11'), change(1, [], ['9', '11']), [], true],
    ['an empty page of a longer list', { edges: [], pageInfo: { hasNextPage: true } }, change(2, ['9']), [], true],
    ['the first slot of an empty list', { edges: [], pageInfo: { hasNextPage: false } }, change(1, ['9']), ['9'], false],
  ]) {
    const merged = merge(list, told)
    assert.deepEqual(idsOf(merged), want, what)
    assert.equal(merged.pageInfo.hasNextPage, hasNextPage, what)
    assert.equal(merged.pageInfo.endCursor, want.length ? `cursor ${want.at(-1)}` : null, what)
  }
  const earlier = { ...change(3, []), openedEdges: [edge('12', '2030-01-01T09:00:00Z')] }
  assert.deepEqual(idsOf(merge(listOf(true, '9', '11'), earlier)), ['12', '9', '11'])
})

test('a live list loses no change while pages are loaded, and reloads on refetch', async () => {
  let list
  let tell
  const asked = []
  const open = new Set()
  const pages = [
    () => listOf(true, '1', '3'),
    () => {
      tell(change(4, [], ['5'])) // after the server has read the page and before the response arrives
      return { ...listOf(true, '4', '5'), edges: [...list.edges, edge('4'), edge('5')] }
    },
    () => listOf(false, '1', '2', '3'),
  ]
  const live = liveList({
    read: () => list,
    write: (written) => (list = written),
    async load(page) {
      asked.push(page)
      list = pages.shift()()
    },
    async subscribe(before, told) {
      asked.push(before ?? 'all')
      open.add(told)
      tell = told
      return () => open.delete(told)
    },
    failed: assert.fail,
  })
  await live.more(2)
  await live.more(2)
  assert.deepEqual(idsOf(list), ['1', '3', '4'])
  tell({ ...change(3, []), refetch: true })
  await live.more(1).catch(() => {}) // waits for pending requests; there are no more pages
  assert.deepEqual(idsOf(list), ['1', '2', '3'])
  assert.deepEqual(asked, [
    'all', { first: 2, after: undefined }, 'cursor 3',
    'all', { first: 2, after: 'cursor 3' }, 'cursor 4',
    'all', { first: 3, after: undefined },
    'all', { first: 1, after: 'cursor 3' },
  ])
  live.end()
  assert.equal(open.size, 0)
})

test('a live list without open slots loads the next page', async () => {
  let list
  let tell
  const asked = []
  const pages = [listOf(true, '1', '3'), listOf(true, '5', '7'), { edges: [], pageInfo: { hasNextPage: false, endCursor: null } }]
  const live = liveList({
    read: () => list,
    write: (written) => (list = written),
    async load(page) {
      asked.push(page)
      list = pages.shift()
    },
    async subscribe(_before, told) {
      tell = told
      return () => {}
    },
    failed: assert.fail,
  })
  await live.more(2)
  tell(change(3, [], ['1', '3']))
  assert.deepEqual(idsOf(list), [])
  tell(change(2, [], ['9'])) // while the page is being loaded
  await new Promise(setImmediate)
  assert.deepEqual(idsOf(list), ['5', '7'])
  tell(change(0, [], ['5', '7'])) // the list is empty, so there is nothing to load
  await new Promise(setImmediate)
  assert.deepEqual(idsOf(list), [])
  assert.deepEqual(asked, [{ first: 2, after: undefined }, { first: 2, after: undefined }])
})

test('every type of the schema without an id has a key or is marked as having none', async () => {
  const contract = await readFile(new URL('../schema.graphqls', import.meta.url), 'utf8')
  const code = contract.replace(/"""[^]*?"""|"(\\.|[^"\\\n])*"/g, '')
  const types = [...code.matchAll(/^type (\w+)[^{]*\{([^]*?)^\}/gm)]
  const without = types.filter(([, , fields]) => !/^ {2}id: ID!/m.test(fields)).map(([, name]) => name)
  const roots = ['Query', 'Mutation', 'Subscription']
  assert.deepEqual(Object.keys(keys).sort(), without.filter((name) => !roots.includes(name)).sort())
  assert.equal(getDataID({ id: '1' }, 'Student'), 'Student:1')
  assert.equal(getDataID({ id: '1' }, 'ImportRow'), undefined)
})
