// A live list: pages of availableSlots, updated with the changes that slotsChanged
// reports. Copy it into your frontend; docs/how-to/live-lists.md explains it.

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

// merge returns the list after a change. The list consists of the first pages. An opened
// slot that belongs to a later page is left out, because it comes with that page.
export function merge(list, { openedEdges, closedIds, totalCount, eligibility }) {
  const last = list.edges.at(-1)
  const shown = (edge) => !list.pageInfo.hasNextPage || (last && inOrder(edge, last) <= 0)
  const gone = new Set([...closedIds, ...openedEdges.map((edge) => edge.node.id)])
  const edges = [...list.edges.filter((edge) => !gone.has(edge.node.id)), ...openedEdges.filter(shown)].sort(inOrder)
  const pageInfo = { ...list.pageInfo, hasNextPage: totalCount > edges.length, endCursor: edges.at(-1)?.cursor ?? null }
  return { ...list, edges, pageInfo, totalCount, eligibility }
}

// liveList keeps a list up to date, in any store:
//
// - read and write access the store.
// - load({ first, after }) adds a page to the list, or replaces the list if after is missing.
// - subscribe(before, told) resolves when the subscription is active, to a function that
//   ends it.
export function liveList({ read, write, load, subscribe, failed }) {
  let end
  let size = 1 // of the last requested page
  let refilling = false
  let early // changes that arrive while a page loads; they can be newer than the page

  function told(change) {
    if (change.refetch) return again()
    early?.push(change)
    if (read()) write(merge(read(), change))
    if (!early) refill()
  }

  // refill loads a page if the list has become empty and there are more slots. An empty
  // list has no last slot, so there is no cursor for the next page.
  function refill() {
    const list = read()
    if (refilling || !list || list.edges.length || !list.pageInfo.hasNextPage) return
    refilling = true
    again()
  }

  // The new subscription is active before the old one ends, so no change is missed.
  async function follow(before) {
    const old = end
    end = await subscribe(before, told)
    old?.()
  }

  async function page(first, after) {
    refilling = false
    if (first) size = first
    await follow() // without a bound, because the end of the page is not known yet
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

  // next loads one page at a time.
  let queue = Promise.resolve()
  function next(first, after) {
    const done = queue.then(() => page(first, after))
    queue = done.catch(() => {})
    return done
  }

  // again reloads the list, after refetch and after a lost connection.
  function again() {
    next(Math.min(read()?.edges.length || size, 500), () => undefined).catch(failed)
  }

  return { more: (first) => next(first, () => read()?.edges.at(-1)?.cursor), again, end: () => end?.() }
}
