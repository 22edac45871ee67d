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

// shouldRetry keeps a socket from connecting again with a token that the server
// refuses: it closes the socket with 4403. After any other loss it connects again.
export const shouldRetry = (event) => 'reason' in event && event.code !== 4403

// sse returns the options of a client of graphql-sse. Such a client tries again after
// every error of HTTP, so it is told to give up a token that the server refuses.
export function sse(on = {}) {
  let unauthorized = false
  return {
    url,
    headers,
    on,
    async fetchFn(...request) {
      const response = await fetch(...request)
      unauthorized = response.status === 401
      return response
    },
    async retry(retries) {
      if (unauthorized) throw new Error('the server refuses the token: 401')
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** retries))
    },
  }
}

// begun waits until everything that was subscribed to over the socket has begun:
// the server takes one message after the other. It asks in a new task, because
// urql hands a subscription to the socket in a microtask: a question asked at once
// would be sent before the subscription, and its answer would say nothing.
export async function begun(socket) {
  await new Promise((resolve) => setTimeout(resolve))
  await new Promise((resolve, reject) =>
    socket.subscribe({ query: '{ __typename }' }, { next() {}, error: (cause) => reject(failure(cause)), complete: resolve }),
  )
}

// failure is the error that a closed socket stands for.
const failure = (cause) => (cause.code ? new Error(`the server closed the socket: ${cause.code} ${cause.reason}`) : cause)

const advice = 'or begin with a new school: stop the server, and start it with DATA_DIR set to a new folder.'

// firstSlot returns the first slot of a page, and fails with the reasons if there is none.
export function firstSlot({ edges, emptyReasons }) {
  if (edges.length) return edges[0].node.id
  const reasons = (emptyReasons ?? []).map(({ message }) => message).join(' ')
  throw new Error(`Student ${student} may not book any slot from ${range.start} to ${range.end}. ${reasons} Set STUDENT, START or END, ${advice}`)
}

// interviewOf returns the id of the interview that was booked, and fails if none was.
export function interviewOf({ interview, errors }) {
  if (interview) return interview.id
  throw new Error(`Student ${student} did not get the slot: ${because(errors)}`)
}

// onlyTaken fails if the other student may not book the slot anyway: its closing is no
// change of their list, so they would wait for it forever.
export function onlyTaken(errors) {
  if (errors.every(({ code }) => code === 'SLOT_TAKEN')) return
  throw new Error(`Student ${other} may not book this slot anyway, so they are not told that it is closed. Set OTHER_STUDENT, ${advice}`)
}

const patience = 30_000

// inTime is the promise, which fails if it takes too long.
export function inTime(what, promise) {
  let deadline
  const late = new Promise((_, reject) => {
    deadline = setTimeout(() => reject(new Error(`${what}: nothing was told in ${patience / 1000} s`)), patience)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(deadline))
}

// ids are the slots of a page, as text.
export const ids = (page) => page.edges.map((edge) => edge.node.id).join(', ')

// because is why booking was refused, as text: a rule's "no" is data, and its type
// says what more there is to tell.
export const because = (errors) =>
  errors.map((no) => `${no.code} (${no.__typename})${no.alternatives?.length ? `, ${no.alternatives[0].id} is free` : ''}`).join('; ')
