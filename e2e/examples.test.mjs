// The examples, as a newcomer runs them: each with students, slots and a day of
// its own, and all at once.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { getDataID, keys } from '../examples/cache-keys.mjs'
import { start } from './server.mjs'

const run = promisify(execFile)
const examples = fileURLToPath(new URL('../examples', import.meta.url))

let server
before(async () => (server = await start({ RATE_LIMIT: 'off' })))
after(() => server?.stop())

async function ask(query, variables) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  assert.equal(errors, undefined, JSON.stringify(errors))
  return data
}

// school makes two students, and four slots of one interviewer on the day that is
// this many days from now, on which nobody else has any.
async function school(name, days) {
  const { student, other, interviewer } = await ask(
    `mutation ($name: String!, $student: String!, $other: String!, $interviewer: String!) {
      student: createStudent(input: { name: $name, email: $student }) { student { id } }
      other: createStudent(input: { name: $name, email: $other }) { student { id } }
      interviewer: createInterviewer(input: { name: $name, email: $interviewer }) { interviewer { id } }
    }`,
    { name, student: `${days}@students.example`, other: `${days}@others.example`, interviewer: `${days}@interviewers.example` },
  )
  const day = new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  const range = { start: `${day}T10:00:00Z`, end: `${day}T14:00:00Z` }
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

// program runs one of the examples for the administrator, and answers what it prints.
async function program(command, args, { student, other, range }) {
  const { stdout } = await run(command, args, {
    cwd: examples,
    timeout: 100_000,
    env: {
      ...process.env,
      REHEARSE_URL: `${server.url}/graphql`,
      REHEARSE_TOKEN: await server.token('admin', 1),
      STUDENT: student,
      OTHER_STUDENT: other,
      START: range.start,
      END: range.end,
    },
  })
  return stdout.trim().split('\n')
}

let day = 100

// example runs a command, and sees that it has printed what became of its slots.
function example(name, command, args, { paged = () => [], last = [] } = {}) {
  const days = day++
  test(name, { timeout: 120_000 }, async () => {
    const { student, other, slots, range } = await school(name, days)
    const lines = await program(command, args, { student, other, range })
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

describe('every client lists, pages, books, is refused and is told', { concurrency: true }, () => {
  example('Apollo Client', 'node', ['apollo.mjs'], { paged })
  example('graphql-ws', 'node', ['graphql-ws.mjs'])
  example('graphql-sse', 'node', ['graphql-sse.mjs'])
  example('curl', './curl.sh', [])
  example('urql', 'node', ['urql.mjs'])
  example('graphql-codegen', 'npm', ['run', '--silent', 'codegen'])
  example('Go by genqlient', 'go', ['run', '-C', 'go', '.'])
  example('Relay', 'npm', ['run', '--silent', 'relay'], { paged, last: ['refetched: none'] })
})

describe('a cache shows a booking everywhere without asking again', () => {
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

test('every type of the contract without an id of its own has a key, or is told to have none', async () => {
  const contract = await readFile(new URL('../schema.graphqls', import.meta.url), 'utf8')
  const code = contract.replace(/"""[^]*?"""|"(\\.|[^"\\\n])*"/g, '')
  const types = [...code.matchAll(/^type (\w+)[^{]*\{([^]*?)^\}/gm)]
  const without = types.filter(([, , fields]) => !/^ {2}id: ID!/m.test(fields)).map(([, name]) => name)
  const roots = ['Query', 'Mutation', 'Subscription']
  assert.deepEqual(Object.keys(keys).sort(), without.filter((name) => !roots.includes(name)).sort())
  assert.equal(getDataID({ id: '1' }, 'Student'), 'Student:1')
  assert.equal(getDataID({ id: '1' }, 'ImportRow'), undefined)
})
