// urql: a live list. The list is local state, as with useReducer, and the changes are
// merged into it, so it needs no cache.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { Changes, liveList, Page } from './live-list.mjs'
import { screen, tell } from './live-story.mjs'
import { begun, headers, range, shouldRetry, socketUrl, student, url } from './school.mjs'

const socket = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: headers,
  shouldRetry,
  // Changes during a lost connection are not reported later, so the list is fetched again.
  on: { connected: (_socket, _payload, wasRetry) => wasRetry && live.again() },
})
const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }) }),
    }),
  ],
})
const failed = (error) => {
  throw error
}

let list
const read = () => list
const { drawn, until } = screen(read)
function write(changed) {
  list = changed
  drawn()
}

const live = liveList({
  read,
  write,
  async load(page) {
    const { data, error } = await client.query(Page, { student, ...range, ...page }, { requestPolicy: 'network-only' })
    if (error) throw error
    const loaded = data.availableSlots
    write(page.after ? { ...loaded, edges: [...list.edges, ...loaded.edges] } : loaded)
  },
  async subscribe(before, told) {
    const { unsubscribe } = client
      .subscription(Changes, { student, ...range, before })
      .subscribe(({ data, error }) => (error ? failed(error) : told(data.slotsChanged)))
    await begun(socket)
    return unsubscribe
  },
  failed,
})

await tell({ read, until, more: live.more })
live.end()
await socket.dispose()
