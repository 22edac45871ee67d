// Apollo Client: a live list. The cache joins the pages, and the changes are merged
// into it.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { typePolicies } from './cache-keys.mjs'
import { Changes, liveList, Page } from './live-list.mjs'
import { screen, tell } from './live-story.mjs'
import { begun, headers, range, shouldRetry, socketUrl, student, url } from './school.mjs'

globalThis.WebSocket ??= WebSocket // GraphQLWsLink needs it, and Node.js 20 has none
const socket = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: headers,
  shouldRetry,
  // Changes during a lost connection are not reported later, so the list is fetched again.
  on: { connected: (_socket, _payload, wasRetry) => wasRetry && live.again() },
})
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url, headers }),
  ),
  cache: new InMemoryCache({
    typePolicies: { ...typePolicies, Query: { fields: { availableSlots: relayStylePagination(['studentId', 'start', 'end']) } } },
  }),
})
const failed = (error) => {
  throw error
}

const list = { query: gql(Page), variables: { student, ...range, first: 2 } }
const read = () => client.readQuery(list)?.availableSlots
const { drawn, until } = screen(read)
const watched = client.watchQuery({ ...list, fetchPolicy: 'cache-only' }).subscribe(drawn)

const live = liveList({
  read,
  write: (availableSlots) => client.writeQuery({ ...list, data: { availableSlots } }),
  load: (page) => client.query({ query: list.query, variables: { ...list.variables, ...page }, fetchPolicy: 'network-only' }),
  async subscribe(before, told) {
    const changes = client.subscribe({ query: gql(Changes), variables: { student, ...range, before } })
    const subscription = changes.subscribe(({ data, error }) => (error ? failed(error) : told(data.slotsChanged)))
    await begun(socket)
    return () => subscription.unsubscribe()
  },
  failed,
})

await tell({ read, until, more: live.more })
live.end()
watched.unsubscribe()
await socket.dispose()
client.stop()
