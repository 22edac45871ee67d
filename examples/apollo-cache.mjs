// Apollo Client's cache: keys for ids that repeat across types, and for objects without
// an id. Booking a slot updates everything on screen without another request.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { typePolicies } from './cache-keys.mjs'
import { headers, range, student, url } from './school.mjs'

let requests = 0
const counted = (...args) => (requests++, fetch(...args))
const client = new ApolloClient({ link: new HttpLink({ uri: url, headers, fetch: counted }), cache: new InMemoryCache({ typePolicies }) })

const verdict = 'eligibility { student { id } interviewsUsed interviewsRemaining }'
const Screen = gql`
  query Screen($student: ID!, $start: DateTime!, $end: DateTime!) {
    availableSlots(studentId: $student, start: $start, end: $end) { nodes { id status } ${verdict} }
    student(id: $student) { id ${verdict} upcomingInterviews { id slot { id status } } }
    bookingPolicy { interviewLimit version }
  }`
const BookSlot = gql`
  mutation BookAndShow($input: BookSlotInput!) {
    bookSlot(input: $input) {
      interview { id slot { id status } }
      student { id ${verdict} upcomingInterviews { id slot { id status } } }
      errors { code }
    }
  }`

const { data: before } = await client.query({ query: Screen, variables: { student, ...range } })
const slotId = before.availableSlots.nodes[0].id
await client.mutate({ mutation: BookSlot, variables: { input: { studentId: student, slotId, idempotencyKey: randomUUID() } } })
const after = client.readQuery({ query: Screen, variables: { student, ...range } })

assert.equal(requests, 2)
assert.equal(after.availableSlots.nodes[0].status, 'BOOKED')
assert.equal(after.availableSlots.eligibility.interviewsUsed, before.availableSlots.eligibility.interviewsUsed + 1)
assert.deepEqual(after.student.eligibility, after.availableSlots.eligibility)
assert.ok(after.student.upcomingInterviews.some((interview) => interview.slot.id === slotId))
console.log('updated without asking again: slot', slotId, 'is', after.availableSlots.nodes[0].status)
client.stop()
