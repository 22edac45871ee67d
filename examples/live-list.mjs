// A live list: pages of availableSlots, into which what slotsChanged tells is
// merged. Copy it; docs/reference/subscriptions.md says why it is right.

const edges = 'cursor node { id start interviewer { id name } }'
const verdict = 'totalCount eligibility { student { id } eligible interviewsUsed }'

export const Page = `
  query Page($student: ID!, $start: DateTime!, $end: DateTime!, $first: Int!, $after: String) {
    availableSlots(studentId: $student, start: $start, end: $end, first: $first, after: $after) {
      edges { ${edges} } pageInfo { hasNextPage endCursor } ${verdict}
    }
  }`

export const Changes = `
  subscription Changes($student: ID!, $start: DateTime!, $end: DateTime!, $before: String) {
    slotsChanged(studentId: $student, start: $start, end: $end, before: $before) {
      openedEdges { ${edges} } closedIds refetch ${verdict}
    }
  }`

const inOrder = (a, b) => Date.parse(a.node.start) - Date.parse(b.node.start) || Number(a.node.id) - Number(b.node.id)

// merge returns the list after the change. The list is the first pages of the whole;
// a slot that opens beyond them comes with the page that it belongs to.
export function merge(list, { openedEdges, closedIds, totalCount, eligibility }) {
  const last = list.edges.at(-1)
  const shown = (edge) => !list.pageInfo.hasNextPage || (last && inOrder(edge, last) <= 0)
  const gone = new Set([...closedIds, ...openedEdges.map((edge) => edge.node.id)])
  const edges = [...list.edges.filter((edge) => !gone.has(edge.node.id)), ...openedEdges.filter(shown)].sort(inOrder)
  const pageInfo = { ...list.pageInfo, hasNextPage: totalCount > edges.length, endCursor: edges.at(-1)?.cursor ?? null }
  return { ...list, edges, pageInfo, totalCount, eligibility }
}

// liveList keeps a list live in whatever store it is: read and write are the store;
// load({ first, after }) adds a page to it, or replaces the list without after;
// subscribe(before, told) resolves when the subscription has begun, to a function
// that ends it.
export function liveList({ read, write, load, subscribe, failed }) {
  let end
  let size = 1 // of the page that was asked for last
  let refilling = false
  let early // changes that are told while a page is under way: perhaps newer than the page

  function told(change) {
    if (change.refetch) return again()
    early?.push(change)
    if (read()) write(merge(read(), change))
    if (!early) refill()
  }

  // refill loads a page when all that were shown are gone and there are more: a page
  // with nothing on it has no last slot, so nothing tells where the next one begins.
  function refill() {
    const list = read()
    if (refilling || !list || list.edges.length || !list.pageInfo.hasNextPage) return
    refilling = true
    again()
  }

  // The new subscription begins before the old one ends, so nothing is missed.
  async function follow(before) {
    const old = end
    end = await subscribe(before, told)
    old?.()
  }

  async function page(first, after) {
    refilling = false
    if (first) size = first
    await follow() // without a bound: how far the page reaches is not known yet
    early = []
    let missed
    try {
      await load({ first, after: after() })
    } finally {
      missed = early
      early = undefined
    }
    for (const change of missed) write(merge(read(), change))
    const { pageInfo } = read()
    if (pageInfo.hasNextPage && pageInfo.endCursor) await follow(pageInfo.endCursor)
    refill()
  }

  // One page after the other.
  let queue = Promise.resolve()
  function next(first, after) {
    const done = queue.then(() => page(first, after))
    queue = done.catch(() => {})
    return done
  }

  // again asks for what is shown: after refetch, and after a lost connection.
  function again() {
    next(Math.min(read()?.edges.length || size, 500), () => undefined).catch(failed)
  }

  return { more: (first) => next(first, () => read()?.edges.at(-1)?.cursor), again, end: () => end?.() }
}
