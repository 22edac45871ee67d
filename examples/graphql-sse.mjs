// graphql-sse: an HTTP request for each operation, answered as a stream of events.
import { randomUUID } from 'node:crypto'
import { createClient } from 'graphql-sse'
import { because, headers, ids, operation, other, range, student, url } from './school.mjs'

const client = createClient({ url, headers })

async function ask(name, variables) {
  for await (const { data, errors } of client.iterate({ query: operation(name), variables })) {
    if (errors) throw new Error(errors[0].message)
    return data
  }
}

// A client of its own, which says when the stream, and with it the subscription, has begun.
let changes
await new Promise((connected) => {
  const subscriber = createClient({ url, headers, on: { connected } })
  changes = subscriber.iterate({ query: operation('SlotsChanged'), variables: { student: other, ...range } })
})

const first = (await ask('AvailableSlots', { student, ...range })).availableSlots
console.log('page 1:', ids(first))
const second = (await ask('AvailableSlots', { student, ...range, after: first.pageInfo.endCursor })).availableSlots
console.log('page 2:', ids(second))

const slot = first.edges[0].node.id
const booked = (await ask('BookSlot', { student, slot, key: randomUUID() })).bookSlot
console.log('booked:', slot, 'as interview', booked.interview.id)
const refused = (await ask('BookSlot', { student: other, slot, key: randomUUID() })).bookSlot
console.log('refused:', because(refused.errors))

for await (const { data } of changes) {
  if (data.slotsChanged.closedIds.includes(slot)) break
}
console.log('closed:', slot)
