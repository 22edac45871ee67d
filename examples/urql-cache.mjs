// urql's Graphcache: keys for ids that repeat across types, and for objects without an
// id. Booking a slot updates everything on screen without another request.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Client, fetchExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { keys } from './cache-keys.mjs'
import { headers, range, student, url } from './school.mjs'

let requests = 0
const counted = (...args) => (requests++, fetch(...args))
const client = new Client({
  url,
  preferGetMethod: false,
  fetch: counted,
  fetchOptions: { headers },
  exchanges: [cacheExchange({ keys }), fetchExchange],
})

const verdict = 'eligibility { student { id } interviewsUsed interviewsRemaining }'
const Screen = `
  query Screen($student: ID!, $start: DateTime!, $end: DateTime!) {
    availableSlots(studentId: $student, start: $start, end: $end) { nodes { id status } ${verdict} }
    student(id: $student) { id ${verdict} upcomingInterviews { id slot { id status } } }
    bookingPolicy { interviewLimit version }
  }`
const BookSlot = `
  mutation BookAndShow($input: BookSlotInput!) {
    bookSlot(input: $input) {
      interview { id slot { id status } }
      student { id ${verdict} upcomingInterviews { id slot { id status } } }
      errors { code }
    }
  }`

// screen is the latest result of the query.
let screen
const shown = new Promise((resolve, reject) =>
  client.query(Screen, { student, ...range }).subscribe(({ data, error }) => {
    if (error) reject(error)
    screen = data
    resolve(data)
  }),
)
const before = await shown
const slotId = before.availableSlots.nodes[0].id
const booked = await client.mutation(BookSlot, { input: { studentId: student, slotId, idempotencyKey: randomUUID() } })
if (booked.error) throw booked.error

assert.equal(requests, 2)
assert.equal(screen.availableSlots.nodes[0].status, 'BOOKED')
assert.equal(screen.availableSlots.eligibility.interviewsUsed, before.availableSlots.eligibility.interviewsUsed + 1)
assert.deepEqual(screen.student.eligibility, screen.availableSlots.eligibility)
assert.ok(screen.student.upcomingInterviews.some((interview) => interview.slot.id === slotId))
console.log('updated without asking again: slot', slotId, 'is', screen.availableSlots.nodes[0].status)
