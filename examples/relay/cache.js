// Relay's store: keys for ids that repeat across types, and for objects without an id.
// Booking a slot updates everything on screen without another request.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  commitMutation, createOperationDescriptor, Environment, fetchQuery, getRequest, graphql, Network, RecordSource, Store,
} from 'relay-runtime'
import { getDataID } from '../cache-keys.mjs'
import { headers, range, student, url } from '../school.mjs'

let requests = 0
async function fetchOperation({ text: query }, variables) {
  requests++
  const body = JSON.stringify({ query, variables })
  const response = await fetch(url, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body })
  return response.json()
}

const environment = new Environment({
  network: Network.create(fetchOperation),
  store: new Store(new RecordSource()),
  getDataID,
})

const Screen = graphql`
  query cacheScreenQuery($student: ID!, $start: DateTime!, $end: DateTime!) {
    availableSlots(studentId: $student, start: $start, end: $end) {
      nodes {
        id
        status
      }
      eligibility {
        student {
          id
        }
        interviewsUsed
        interviewsRemaining
      }
    }
    student(id: $student) {
      eligibility {
        student {
          id
        }
        interviewsUsed
        interviewsRemaining
      }
      upcomingInterviews {
        id
        slot {
          id
          status
        }
      }
    }
    bookingPolicy {
      interviewLimit
      version
    }
  }
`

const BookSlot = graphql`
  mutation cacheBookSlotMutation($input: BookSlotInput!) {
    bookSlot(input: $input) {
      interview {
        slot {
          id
          status
        }
      }
      student {
        eligibility {
          student {
            id
          }
          interviewsUsed
          interviewsRemaining
        }
        upcomingInterviews {
          id
          slot {
            id
            status
          }
        }
      }
      errors {
        code
      }
    }
  }
`

// The screen shows the latest snapshot of the store.
const variables = { student, ...range }
const operation = createOperationDescriptor(getRequest(Screen), variables)
const kept = environment.retain(operation)
await fetchQuery(environment, Screen, variables).toPromise()
const snapshot = environment.lookup(operation.fragment)
const before = snapshot.data
let screen = before
const watched = environment.subscribe(snapshot, ({ data }) => (screen = data))

const slotId = before.availableSlots.nodes[0].id
const input = { studentId: student, slotId, idempotencyKey: randomUUID() }
await new Promise((onCompleted, onError) =>
  commitMutation(environment, { mutation: BookSlot, variables: { input }, onCompleted, onError }),
)

assert.equal(requests, 2)
assert.equal(screen.availableSlots.nodes[0].status, 'BOOKED')
assert.equal(screen.availableSlots.eligibility.interviewsUsed, before.availableSlots.eligibility.interviewsUsed + 1)
assert.deepEqual(screen.student.eligibility, screen.availableSlots.eligibility)
assert.ok(screen.student.upcomingInterviews.some((interview) => interview.slot.id === slotId))
console.log('updated without asking again: slot', slotId, 'is', screen.availableSlots.nodes[0].status)
watched.dispose()
kept.dispose()
