// Where the server is, who asks, and about whom: the same for every example here.
import { readFileSync } from 'node:fs'

const { REHEARSE_URL, REHEARSE_TOKEN, STUDENT, OTHER_STUDENT, START, END } = process.env
const inDays = (days) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString()

export const url = REHEARSE_URL || 'http://127.0.0.1:8080/graphql'
export const socketUrl = url.replace(/^http/, 'ws')
export const headers = REHEARSE_TOKEN ? { Authorization: `Bearer ${REHEARSE_TOKEN}` } : {}

export const student = STUDENT || '101'
export const other = OTHER_STUDENT || '107'
export const range = { start: START || inDays(1), end: END || inDays(14) }

// operation is the text of one of the operations.
export const operation = (name) => readFileSync(new URL(`operations/${name}.graphql`, import.meta.url), 'utf8')

// begun waits until everything that was subscribed to over the socket has begun:
// the server takes one message after the other. It asks in a new task, because
// urql hands a subscription to the socket in a microtask: a question asked at once
// would be sent before the subscription, and its answer would say nothing.
export async function begun(socket) {
  await new Promise((resolve) => setTimeout(resolve))
  await new Promise((resolve, reject) =>
    socket.subscribe({ query: '{ __typename }' }, { next() {}, error: reject, complete: resolve }),
  )
}

// ids are the slots of a page, as text.
export const ids = (page) => page.edges.map((edge) => edge.node.id).join(', ')

// because is why booking was refused, as text: a rule's "no" is data, and its type
// says what more there is to tell.
export const because = (errors) =>
  errors.map((no) => `${no.code} (${no.__typename})${no.alternatives?.length ? `, ${no.alternatives[0].id} is free` : ''}`).join('; ')
