// Relay, without React: a store of records, a connection that grows page by page, and
// documents that are compiled in advance.
import { randomUUID } from 'node:crypto'
import { createClient } from 'graphql-ws'
import {
  commitMutation, createOperationDescriptor, Environment, fetchQuery, getRequest, graphql, Network, Observable, RecordSource, requestSubscription, Store,
} from 'relay-runtime'
import WebSocket from 'ws'
import { getDataID } from '../cache-keys.mjs'
import { because, begun, firstSlot, headers, ids, interviewOf, inTime, onlyTaken, other, range, shouldRetry, socketUrl, student, url } from '../school.mjs'

const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, shouldRetry })

async function fetchOperation({ text: query }, variables) {
  const body = JSON.stringify({ query, variables })
  const response = await fetch(url, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body })
  return response.json()
}

const subscribeOperation = ({ text: query }, variables) =>
  Observable.create((sink) => socket.subscribe({ query, variables }, sink))

const environment = new Environment({
  network: Network.create(fetchOperation, subscribeOperation),
  store: new Store(new RecordSource()),
  getDataID,
})

const AvailableSlots = graphql`
  query mainAvailableSlotsQuery($student: ID!, $start: DateTime!, $end: DateTime!, $first: Int!, $after: String) {
    availableSlots(studentId: $student, start: $start, end: $end, first: $first, after: $after)
      @connection(key: "main_availableSlots") {
      edges {
        node {
          id
          start
          interviewer {
            name
          }
        }
      }
    }
  }
`

const SlotsChanged = graphql`
  subscription mainSlotsChangedSubscription($student: ID!, $start: DateTime!, $end: DateTime!) {
    slotsChanged(studentId: $student, start: $start, end: $end) {
      opened {
        id
        start
      }
      closedIds
    }
  }
`

const BookSlot = graphql`
  mutation mainBookSlotMutation($input: BookSlotInput!) {
    bookSlot(input: $input) {
      interview {
        id
        slot {
          status
        }
      }
      errors {
        __typename
        code
        message
        ... on SlotTaken {
          alternatives {
            id
            start
          }
        }
      }
    }
  }
`

let slot
const closed = new Promise((resolve, reject) =>
  requestSubscription(environment, {
    subscription: SlotsChanged,
    variables: { student: other, ...range },
    onNext: ({ slotsChanged }) => slotsChanged.closedIds.includes(slot) && resolve(),
    onError: reject,
  }),
)
await begun(socket)

// list fetches a page and returns the connection, with this page and those before it.
async function list(page) {
  const variables = { student, ...range, ...page }
  await fetchQuery(environment, AvailableSlots, variables).toPromise()
  const { fragment } = createOperationDescriptor(getRequest(AvailableSlots), variables)
  return environment.lookup(fragment).data.availableSlots
}

const book = (studentId) =>
  new Promise((onCompleted, onError) => {
    const input = { studentId, slotId: slot, idempotencyKey: randomUUID() }
    commitMutation(environment, { mutation: BookSlot, variables: { input }, onCompleted, onError })
  })

const first = await list({ first: 2 })
console.log('page 1:', ids(first))
slot = firstSlot(first)
const both = await list({ first: 2, after: first.pageInfo.endCursor })
console.log('page 2:', ids({ edges: both.edges.slice(2) }))
console.log('cached:', ids(both))

console.log('booked:', slot, 'as interview', interviewOf((await book(student)).bookSlot))
const { errors } = (await book(other)).bookSlot
console.log('refused:', because(errors))
onlyTaken(errors)

await inTime(`slot ${slot} is closed`, closed)
console.log('closed:', slot)
console.log('refetched:', ids(await list({ first: 4 })) || 'none')
await socket.dispose()
