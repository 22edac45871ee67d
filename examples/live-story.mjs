// The list of one student is on screen while another student cancels and books. After
// each change it must equal a list that is fetched again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Page } from './live-list.mjs'
import { headers, ids, other, range, student, url } from './school.mjs'

async function ask(query, variables) {
  const body = JSON.stringify({ query, variables })
  const response = await fetch(url, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body })
  const { data, errors } = await response.json()
  assert.equal(errors, undefined, JSON.stringify(errors))
  const [payload] = Object.values(data)
  assert.deepEqual(payload.errors ?? [], [])
  return payload
}

async function book(studentId, slotId) {
  const { interview } = await ask(
    'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { interview { id } errors { message } } }',
    { input: { studentId, slotId, idempotencyKey: randomUUID() } },
  )
  return interview.id
}

const cancel = (interviewId) =>
  ask('mutation ($input: CancelInterviewInput!) { cancelInterview(input: $input) { errors { message } } }', {
    input: { interviewId, reason: 'The live list is shown.', idempotencyKey: randomUUID() },
  })

// essence returns a list without the fields that clients add.
function essence({ edges, totalCount, eligibility, pageInfo }) {
  const list = { edges, totalCount, eligibility, more: pageInfo.hasNextPage }
  return JSON.parse(JSON.stringify(list, (key, value) => (key === '__typename' ? undefined : value)))
}

// fresh fetches the list without the client and its cache.
const fresh = (first) => ask(Page, { student, ...range, first })

// patience is the time in milliseconds in which a change must be on screen.
const patience = 30_000

// screen waits until the list on screen satisfies a condition, and fails after patience.
// The argument `what` names the condition in the error.
export function screen(read) {
  const waiting = new Set()
  return {
    drawn: () => waiting.forEach((look) => look()),
    until: (what, condition) =>
      new Promise((resolve, reject) => {
        const late = () => reject(new Error(`${what} is not shown after ${patience / 1000} s; shown is ${JSON.stringify(read())}`))
        const deadline = setTimeout(late, patience)
        const look = () => {
          if (!condition(read())) return
          waiting.delete(look)
          clearTimeout(deadline)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

async function bookable(id) {
  const { nodes } = await ask(
    'query ($student: ID!, $start: DateTime!, $end: DateTime!) { availableSlots(studentId: $student, start: $start, end: $end) { nodes { id } } }',
    { student: id, ...range },
  )
  return nodes.map((slot) => slot.id)
}

// tell runs all steps; more shows one more page.
export async function tell({ read, more, until }) {
  const others = await bookable(other)
  const slots = (await bookable(student)).filter((id) => others.includes(id))
  if (slots.length < 6) {
    throw new Error(
      `Students ${student} and ${other} both may book ${slots.length} slots from ${range.start} to ${range.end}; the example needs 6. ` +
        'Set STUDENT, OTHER_STUDENT, START or END, or begin with a new school: stop the server, and start it with DATA_DIR set to a new folder.',
    )
  }

  // shows waits for a change to be on screen, and compares the list with a fetched one.
  async function shows(what) {
    const { totalCount, eligibility } = await fresh(1)
    const { interviewsUsed } = eligibility
    await until(
      `"${what}", ${totalCount} slots with ${interviewsUsed} interviews used,`,
      ({ edges, ...list }) =>
        list.totalCount === totalCount && list.eligibility.interviewsUsed === interviewsUsed && (edges.length > 0 || totalCount === 0),
    )
    const list = read()
    assert.deepEqual(essence(list), essence(await fresh(list.edges.length || 1)))
    console.log(`${what}:`, ids(list) || 'none', 'of', totalCount)
  }

  const taken = await book(other, slots[1])
  await more(2)
  await more(2)
  await shows('two pages')

  await cancel(taken)
  await shows('opened')

  const beyond = await book(other, slots.at(-1))
  await shows('closed beyond')
  await cancel(beyond)
  await shows('opened beyond')

  await book(other, slots[3])
  await shows('closed')

  await more(2)
  await shows('three pages')

  await book(student, slots[0])
  await shows('booked')
}
