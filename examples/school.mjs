// The server, the token and the students, for all examples in this folder.
import { readFileSync } from 'node:fs'

const { REHEARSE_URL, REHEARSE_TOKEN, STUDENT, OTHER_STUDENT, START, END } = process.env
const inDays = (days) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString()

export const url = REHEARSE_URL || 'http://127.0.0.1:8080/graphql'
export const socketUrl = url.replace(/^http/, 'ws')
export const headers = REHEARSE_TOKEN ? { Authorization: `Bearer ${REHEARSE_TOKEN}` } : {}

export const student = STUDENT || '101'
export const other = OTHER_STUDENT || '107'
export const range = { start: START || inDays(1), end: END || inDays(14) }

// operation returns the text of an operation.
export const operation = (name) => readFileSync(new URL(`operations/${name}.graphql`, import.meta.url), 'utf8')

// shouldRetry prevents a socket from reconnecting with a rejected token, for which the
// server closes it with 4403. A socket that was lost for another reason reconnects.
export const shouldRetry = (event) => 'reason' in event && event.code !== 4403

// sse returns the options of a graphql-sse client. By default such a client retries after
// every HTTP error; with these options it gives up when the server rejects the token.
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

// begun waits until all subscriptions of the socket are active. The server handles the
// messages in order, so it has started them when it answers a later query. urql sends a
// subscription in a microtask; begun therefore sends the query in a new task, after it.
export async function begun(socket) {
  await new Promise((resolve) => setTimeout(resolve))
  await new Promise((resolve, reject) =>
    socket.subscribe({ query: '{ __typename }' }, { next() {}, error: (cause) => reject(failure(cause)), complete: resolve }),
  )
}

// failure converts the close event of a socket into an error.
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

// onlyTaken fails if the other student could not have booked the slot in any case. Its
// closing is then not a change of their list, and they would wait for it forever.
export function onlyTaken(errors) {
  if (errors.every(({ code }) => code === 'SLOT_TAKEN')) return
  throw new Error(`Student ${other} may not book this slot anyway, so they are not told that it is closed. Set OTHER_STUDENT, ${advice}`)
}

const patience = 30_000

// inTime returns a promise that rejects if the given promise takes too long.
export function inTime(what, promise) {
  let deadline
  const late = new Promise((_, reject) => {
    deadline = setTimeout(() => reject(new Error(`${what}: no event arrived in ${patience / 1000} s`)), patience)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(deadline))
}

// ids returns the ids of a page's slots as text.
export const ids = (page) => page.edges.map((edge) => edge.node.id).join(', ')

// because describes the refusals of a booking. A refusal is data, and its type determines
// its further fields.
export const because = (errors) =>
  errors.map((no) => `${no.code} (${no.__typename})${no.alternatives?.length ? `, ${no.alternatives[0].id} is free` : ''}`).join('; ')
