// graphql-ws: queries, mutations and subscriptions over one WebSocket.
import { randomUUID } from 'node:crypto'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { because, begun, firstSlot, headers, ids, interviewOf, inTime, onlyTaken, operation, other, range, shouldRetry, socketUrl, student } from './school.mjs'

const client = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, shouldRetry })

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
const slot = firstSlot(first)
const second = (await ask('AvailableSlots', { student, ...range, after: first.pageInfo.endCursor })).availableSlots
console.log('page 2:', ids(second))

const booked = (await ask('BookSlot', { student, slot, key: randomUUID() })).bookSlot
console.log('booked:', slot, 'as interview', interviewOf(booked))
const refused = (await ask('BookSlot', { student: other, slot, key: randomUUID() })).bookSlot
console.log('refused:', because(refused.errors))
onlyTaken(refused.errors)

async function closed() {
  for await (const { data, errors } of changes) {
    if (errors) throw new Error(errors[0].message)
    if (data.slotsChanged.closedIds.includes(slot)) return
  }
}
await inTime(`slot ${slot} is closed`, closed())
console.log('closed:', slot)
await client.dispose()
