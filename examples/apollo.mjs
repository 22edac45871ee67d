// Apollo Client: HTTP for queries and mutations, a WebSocket for subscriptions, and
// a cache that joins the pages of a connection.
import { randomUUID } from 'node:crypto'
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-ws'
import { filter, firstValueFrom } from 'rxjs'
import WebSocket from 'ws'
import { because, begun, firstSlot, headers, ids, interviewOf, inTime, onlyTaken, operation, other, range, shouldRetry, socketUrl, student, url } from './school.mjs'

globalThis.WebSocket ??= WebSocket // GraphQLWsLink needs it, and Node.js 20 has none
const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers, shouldRetry })
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url, headers }),
  ),
  cache: new InMemoryCache({
    typePolicies: { Query: { fields: { availableSlots: relayStylePagination(['studentId', 'start', 'end']) } } },
  }),
})
const BookSlot = gql(operation('BookSlot'))

let slot
const isClosed = ({ data, error }) => {
  if (error) throw error
  return data.slotsChanged.closedIds.includes(slot)
}
const changes = client.subscribe({ query: gql(operation('SlotsChanged')), variables: { student: other, ...range } })
const closed = firstValueFrom(changes.pipe(filter(isClosed)))
await begun(socket)

const list = client.watchQuery({ query: gql(operation('AvailableSlots')), variables: { student, ...range } })
const { data: first } = await firstValueFrom(list.pipe(filter(({ dataState }) => dataState === 'complete')))
console.log('page 1:', ids(first.availableSlots))
slot = firstSlot(first.availableSlots)
const { data: second } = await list.fetchMore({ variables: { after: first.availableSlots.pageInfo.endCursor } })
console.log('page 2:', ids(second.availableSlots))
console.log('cached:', ids(client.readQuery(list.options).availableSlots))

const booked = await client.mutate({ mutation: BookSlot, variables: { student, slot, key: randomUUID() } })
console.log('booked:', slot, 'as interview', interviewOf(booked.data.bookSlot))
const refused = await client.mutate({ mutation: BookSlot, variables: { student: other, slot, key: randomUUID() } })
console.log('refused:', because(refused.data.bookSlot.errors))
onlyTaken(refused.data.bookSlot.errors)

await inTime(`slot ${slot} is closed`, closed)
console.log('closed:', slot)
await socket.dispose()
client.stop()
