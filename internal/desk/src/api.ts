// The clients of the API. Operations of a signed-in person go to the path that the cookie of
// the session is sent to; the list of people to sign in as is public on a local server.
import { createClient } from 'graphql-ws'
import type { Client as Socket } from 'graphql-ws'
import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql'
import type { CombinedError, ExecutionResult } from 'urql'
import { base, graphqlUrl } from './session.ts'

export const publicClient = new Client({ url: new URL(`${base}/graphql`, location.href).href, preferGetMethod: false, exchanges: [fetchExchange] })

const rejected = (error: CombinedError) =>
  error.response?.status === 401 || error.graphQLErrors.some((e) => e.extensions['code'] === 'UNAUTHENTICATED')

// A Connection is the client of one session, with what its socket reports.
export interface Connection {
  client: Client
  // active resolves when the subscriptions so far are active, or after a while if there is no connection.
  active(): Promise<void>
  onReconnect(then: () => void): () => void
  onState(then: (connected: boolean) => void): () => void
  // onWait reports for how many seconds requests wait, because the server has refused them for now. 0 if none does.
  onWait(then: (seconds: number) => void): () => void
  end(): void
}

const patience = () => new Promise<void>((resolve) => setTimeout(resolve, 3000))

const mostAttempts = 5
const longestWaitS = 60

// patient returns a fetch that repeats requests that the server has refused for their number. The server
// has not executed them, so mutations can be repeated as well.
function patient(waits: (seconds: number) => void): typeof fetch {
  let waiting = 0
  return async (url, init) => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(url, init)
      const seconds = Number(response.headers.get('Retry-After'))
      if (response.status !== 429 || !(seconds > 0 && seconds <= longestWaitS) || attempt === mostAttempts) return response
      waiting++
      waits(seconds)
      await pause(seconds * 1000, init?.signal).finally(() => --waiting === 0 && waits(0))
    }
  }
}

// pause ends early, with an error, if the request is cancelled.
const pause = (ms: number, signal: AbortSignal | null | undefined) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new DOMException('', 'AbortError'))
    })
  })

// connect starts a session's connection. ended is called when the server rejects the session.
export function connect(ended: () => void): Connection {
  const reconnects = new Set<() => void>()
  const states = new Set<(connected: boolean) => void>()
  const waits = new Set<(seconds: number) => void>()
  let live = false
  let early = false // whether pages were loaded while the socket was not connected
  const socket = createClient({
    url: graphqlUrl.replace(/^http/, 'ws'),
    retryAttempts: Infinity,
    connectionAckWaitTimeout: 10_000,
    shouldRetry: (event) => !(event instanceof CloseEvent && event.code === 4403),
    on: {
      connected: (_socket, _payload, wasRetry) => {
        live = true
        states.forEach((then) => then(true))
        // What has changed in the meantime must be loaded, but not before the subscriptions are active.
        if (wasRetry || early) void begun(socket).then(() => reconnects.forEach((then) => then()))
        early = false
      },
      closed: (event) => {
        live = false
        states.forEach((then) => then(false))
        if (event instanceof CloseEvent && event.code === 4403) ended()
      },
    },
  })
  const client = new Client({
    url: graphqlUrl,
    preferGetMethod: false,
    fetch: patient((seconds) => waits.forEach((then) => then(seconds))),
    exchanges: [
      mapExchange({ onError: (error) => void (rejected(error) && ended()) }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: ({ next, error, complete }) => ({
            unsubscribe: socket.subscribe(
              { query: query ?? '', variables: variables as Record<string, unknown> },
              { next: (result) => next(result as ExecutionResult), error, complete },
            ),
          }),
        }),
      }),
    ],
  })
  return {
    client,
    // Once it has waited without success, nobody waits again: the socket may be blocked for good.
    active: () => (early ? Promise.resolve() : Promise.race([begun(socket), patience().then(() => void (early ||= !live))])),
    onReconnect: (then) => listen(reconnects, then),
    onState: (then) => listen(states, then),
    onWait: (then) => listen(waits, then),
    end: () => void socket.dispose(),
  }
}

function listen<T>(all: Set<T>, one: T): () => void {
  all.add(one)
  return () => void all.delete(one)
}

// begun waits for the answer to a query on the socket. The server handles messages in order,
// so the subscriptions that were sent earlier are active then.
async function begun(socket: Socket): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve)) // urql sends a subscription in a microtask
  await new Promise<void>((resolve) => socket.subscribe({ query: '{ __typename }' }, { next() {}, error: () => resolve(), complete: resolve }))
}
