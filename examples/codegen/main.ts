// graphql-codegen: variables and results have types generated from the schema.
import { randomUUID } from 'node:crypto'
import { createClient } from 'graphql-sse'
import { firstSlot, headers, ids, inTime, onlyTaken, other, range, sse, student, url } from '../school.mjs'
import { AvailableSlotsDocument, BookSlotDocument, SlotsChangedDocument, TypedDocumentString } from './generated/graphql.ts'
import type { BookSlotMutation, SlotsChangedSubscription } from './generated/graphql.ts'

async function ask<Data, Variables>(query: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] }
  if (!data || errors) throw new Error(errors?.[0]?.message ?? response.statusText)
  return data
}

// there returns a root field. It is null only if there is an error, which ask throws.
function there<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('a root field is null without an error')
  return value
}

// because describes the refusals. The type of a refusal determines its further fields.
function because(errors: NonNullable<BookSlotMutation['bookSlot']>['errors']): string {
  return errors
    .map((no) => {
      const free = no.__typename === 'SlotTaken' ? no.alternatives[0] : undefined
      return `${no.code} (${no.__typename})${free ? `, ${free.id} is free` : ''}`
    })
    .join('; ')
}

let slot: string | undefined
let begun: (() => void) | undefined
const connected = new Promise<void>((resolve) => (begun = resolve))
const closed = new Promise<void>((resolve, reject) => {
  const client = createClient(sse({ connected: () => begun?.() }))
  client.subscribe<SlotsChangedSubscription>(
    { query: `${SlotsChangedDocument}`, variables: { student: other, ...range } },
    {
      next({ data, errors }) {
        if (errors) reject(new Error(errors[0]?.message))
        else if (slot && data?.slotsChanged.closedIds.includes(slot)) resolve()
      },
      error: reject,
      complete() {},
    },
  )
})
await Promise.race([connected, closed])

const first = there((await ask(AvailableSlotsDocument, { student, ...range })).availableSlots)
console.log('page 1:', ids(first))
const wanted: string = firstSlot(first)
slot = wanted // the subscription waits until this slot is closed
const second = there((await ask(AvailableSlotsDocument, { student, ...range, after: first.pageInfo.endCursor })).availableSlots)
console.log('page 2:', ids(second))

const booked = there((await ask(BookSlotDocument, { student, slot: wanted, key: randomUUID() })).bookSlot)
console.log('booked:', wanted, 'as interview', booked.interview?.id)
const refused = there((await ask(BookSlotDocument, { student: other, slot: wanted, key: randomUUID() })).bookSlot)
console.log('refused:', because(refused.errors))
onlyTaken(refused.errors)

await inTime(`slot ${slot} is closed`, closed)
console.log('closed:', slot)
process.exit() // the stream is still open
