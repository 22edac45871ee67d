// urql: exchanges for the cache, for HTTP and for subscriptions over a WebSocket.
import { randomUUID } from 'node:crypto'
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { because, begun, firstSlot, headers, ids, interviewOf, inTime, onlyTaken, operation, other, range, shouldRetry, socketUrl, student, url } from './school.mjs'

const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, shouldRetry })
const client = new Client({
  url,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }) }),
    }),
  ],
})

async function done(result) {
  const { data, error } = await result
  if (error) throw error
  return data
}

let slot
const closed = new Promise((resolve, reject) =>
  client.subscription(operation('SlotsChanged'), { student: other, ...range }).subscribe(({ data, error }) => {
    if (error) reject(error)
    else if (data.slotsChanged.closedIds.includes(slot)) resolve()
  }),
)
await begun(socket)

const list = (after) => done(client.query(operation('AvailableSlots'), { student, ...range, after }))
const { availableSlots: first } = await list()
console.log('page 1:', ids(first))
slot = firstSlot(first)
const { availableSlots: second } = await list(first.pageInfo.endCursor)
console.log('page 2:', ids(second))

const book = (student) => done(client.mutation(operation('BookSlot'), { student, slot, key: randomUUID() }))
console.log('booked:', slot, 'as interview', interviewOf((await book(student)).bookSlot))
const { errors } = (await book(other)).bookSlot
console.log('refused:', because(errors))
onlyTaken(errors)

await inTime(`slot ${slot} is closed`, closed)
console.log('closed:', slot)
await socket.dispose()
