// graphql-sse: one HTTP request for each operation. The response is a stream of events.
import { randomUUID } from 'node:crypto'
import { createClient } from 'graphql-sse'
import { because, firstSlot, ids, interviewOf, inTime, onlyTaken, operation, other, range, sse, student } from './school.mjs'

const client = createClient(sse())

async function ask(name, variables) {
  for await (const { data, errors } of client.iterate({ query: operation(name), variables })) {
    if (errors) throw new Error(errors[0].message)
    return data
  }
}

// A separate client, whose connected event reports that the stream is open and the
// subscription is active.
let slot
let begun
const connected = new Promise((resolve) => (begun = resolve))
const closed = new Promise((resolve, reject) => {
  const subscriber = createClient(sse({ connected: begun }))
  subscriber.subscribe(
    { query: operation('SlotsChanged'), variables: { student: other, ...range } },
    {
      next({ data, errors }) {
        if (errors) reject(new Error(errors[0].message))
        else if (data.slotsChanged.closedIds.includes(slot)) resolve()
      },
      error: reject,
      complete() {},
    },
  )
})
await Promise.race([connected, closed])

const first = (await ask('AvailableSlots', { student, ...range })).availableSlots
console.log('page 1:', ids(first))
slot = firstSlot(first)
const second = (await ask('AvailableSlots', { student, ...range, after: first.pageInfo.endCursor })).availableSlots
console.log('page 2:', ids(second))

const booked = (await ask('BookSlot', { student, slot, key: randomUUID() })).bookSlot
console.log('booked:', slot, 'as interview', interviewOf(booked))
const refused = (await ask('BookSlot', { student: other, slot, key: randomUUID() })).bookSlot
console.log('refused:', because(refused.errors))
onlyTaken(refused.errors)

await inTime(`slot ${slot} is closed`, closed)
console.log('closed:', slot)
process.exit() // the stream is still open
