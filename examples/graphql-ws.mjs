// graphql-ws: everything over one WebSocket, queries and mutations, too.
import { randomUUID } from 'node:crypto'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { because, begun, headers, ids, operation, other, range, socketUrl, student } from './school.mjs'

const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers })

async function ask(name, variables) {
  for await (const { data, errors } of client.iterate({ query: operation(name), variables })) {
    if (errors) throw new Error(errors[0].message)
    return data
  }
}

const changes = client.iterate({ query: operation('SlotsChanged'), variables: { student: other, ...range } })
await begun(client)

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
await client.dispose()
