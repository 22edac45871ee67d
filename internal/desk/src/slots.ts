// A live list: the slots that a student can book, kept up to date by a subscription.
// docs/how-to/live-lists.md explains the steps.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Connection } from './api.ts'
import { SlotsChangedDocument, SlotsDocument, WhyEmptyDocument } from './generated/graphql.ts'
import type { SlotsChangedSubscription, SlotsQuery, SlotsQueryVariables, WhyEmptyQuery } from './generated/graphql.ts'

type Page = NonNullable<SlotsQuery['availableSlots']>
export type Reasons = NonNullable<WhyEmptyQuery['availableSlots']>['emptyReasons']

// List is what has been loaded of a list, and why it is empty.
export type List = Page & { emptyReasons: Reasons }
export type Slot = List['edges'][number]['node']
type Edge = List['edges'][number]
type Change = SlotsChangedSubscription['slotsChanged']

const inOrder = (a: Edge, b: Edge) => Date.parse(a.node.start) - Date.parse(b.node.start) || Number(a.node.id) - Number(b.node.id)

// merge returns the list after a change. An opened slot that belongs to a later page is left
// out, because it comes with that page.
function merge(list: List, { openedEdges, closedIds, totalCount }: Change): List {
  const last = list.edges.at(-1)
  const shown = (edge: Edge) => !list.pageInfo.hasNextPage || (last !== undefined && inOrder(edge, last) <= 0)
  const gone = new Set([...closedIds, ...openedEdges.map((edge) => edge.node.id)])
  const edges = [...list.edges.filter((edge) => !gone.has(edge.node.id)), ...openedEdges.filter(shown)].sort(inOrder)
  return { ...list, edges, totalCount, pageInfo: { ...list.pageInfo, hasNextPage: totalCount > edges.length, endCursor: edges.at(-1)?.cursor ?? null } }
}

const refusedMs = 5000 // before a refused subscription begins again
const shownAtOnce = 500 // slots that are loaded without being asked for

export type Query = Omit<SlotsQueryVariables, 'after'>

export interface LiveSlots {
  list: List | undefined // undefined while the first page loads
  failed: boolean
  reload(): void
  more(): void
}

export function useLiveSlots(connection: Connection, query: Query): LiveSlots {
  const [list, setList] = useState<List>()
  const [failed, setFailed] = useState(false)
  const loader = useRef<(after?: string | null) => void>(() => {})
  const key = JSON.stringify(query)

  useEffect(() => {
    const variables = JSON.parse(key) as Query
    let ended = false
    let current: List | undefined
    let early: Change[] | undefined // changes that arrive while a page loads; they can be newer than the page
    const show = (next: List | undefined) => setList((current = next))

    // read returns a list from after some edges on, or undefined if it fails. Pages are small, because a
    // page costs as much as if it were full.
    async function read(edges: Edge[], after: string | null | undefined, most: number): Promise<List | undefined> {
      const { data, error } = await connection.client
        .query(SlotsDocument, { ...variables, after: after ?? null }, { requestPolicy: 'network-only' })
        .toPromise()
      const loaded = data?.availableSlots
      if (error || !loaded || ended) return undefined
      const list = { ...loaded, edges: [...edges, ...loaded.edges], emptyReasons: [] }
      if (list.edges.length === 0) return { ...list, emptyReasons: await whyEmpty() }
      if (!loaded.pageInfo.hasNextPage || list.edges.length >= most) return list
      if (!current) setList(list) // until the rest has been read
      return read(list.edges, loaded.pageInfo.endCursor, most)
    }

    // whyEmpty asks for the reasons only when they are shown, because they are expensive.
    async function whyEmpty(): Promise<Reasons> {
      const { data } = await connection.client.query(WhyEmptyDocument, variables, { requestPolicy: 'network-only' }).toPromise()
      return data?.availableSlots?.emptyReasons ?? []
    }

    async function page(after?: string | null) {
      early = []
      const known = after ? (current?.edges ?? []) : []
      const loaded = await read(known, after, known.length + shownAtOnce)
      const missed = early
      early = undefined
      if (ended) return
      setFailed(!loaded)
      if (!loaded) return
      const next = missed.reduce(merge, loaded)
      if (next.edges.length === 0 && loaded.edges.length > 0) load() // why, only the server knows
      show(next)
    }

    let queue = Promise.resolve()
    const load = (after?: string | null) => void (queue = queue.then(() => (ended ? undefined : page(after))))

    function told(change: Change) {
      if (change.refetch) return load()
      early?.push(change)
      if (!current) return
      const next = merge(current, change)
      // Why a list has become empty, or what comes after its last slot, only the server knows.
      if (next.edges.length === 0) load()
      show(next)
    }

    // subscribe begins again if the server refuses the subscription, and then loads what it has missed.
    let subscription: { unsubscribe(): void }
    let timer: ReturnType<typeof setTimeout> | undefined
    function subscribe() {
      subscription = connection.client.subscription(SlotsChangedDocument, variables).subscribe(({ data, error }) => {
        if (data) told(data.slotsChanged)
        else if (error && !ended) timer = setTimeout(again, refusedMs)
      })
    }

    function again() {
      subscription.unsubscribe()
      subscribe()
      load()
    }

    show(undefined)
    setFailed(false)
    subscribe()
    const stopListening = connection.onReconnect(() => load())
    void connection.active().then(() => load())
    loader.current = load
    return () => {
      ended = true
      clearTimeout(timer)
      subscription.unsubscribe()
      stopListening()
    }
  }, [connection, key])

  const reload = useCallback(() => loader.current(), [])
  const more = useCallback(() => loader.current(list?.pageInfo.endCursor), [list])
  return { list, failed, reload, more }
}
