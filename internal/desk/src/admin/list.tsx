// Lists that are read page by page, and what the sections share.
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { useQuery } from 'urql'
import type { TypedDocumentNode } from 'urql'
import { Failure, Loading } from '../ui.tsx'
import { useMoments } from './moments.ts'
import { useAdminTexts } from './texts.ts'

interface Connection<N> {
  totalCount: number
  totalCountIsCapped: boolean
  pageInfo: { hasNextPage: boolean; endCursor?: string | null }
  nodes: N[]
}

const pageSize = 25 // the `first` of the operations

export interface Paged<D, N> {
  data: D | undefined
  list: Connection<N> | undefined
  failed: boolean
  page: number
  again(): void
  previous(): void
  next(): void
}

// usePaged reads a list. Other variables start with its first page.
export function usePaged<D, V extends { after?: string | null | undefined }, N>(query: TypedDocumentNode<D, V>, variables: Omit<V, 'after'>, of: (data: D) => Connection<N> | null | undefined): Paged<D, N> {
  const key = JSON.stringify(variables)
  const [read, setRead] = useState<{ key: string; cursors: string[] }>({ key, cursors: [] })
  const cursors = read.key === key ? read.cursors : []
  const { data, failed, again } = useFresh(query, { ...variables, after: cursors.at(-1) ?? null } as V)
  const list = (data && of(data)) ?? undefined
  return {
    data,
    list,
    failed,
    page: cursors.length,
    again,
    previous: () => setRead({ key, cursors: cursors.slice(0, -1) }),
    next: () => setRead({ key, cursors: [...cursors, list?.pageInfo.endCursor ?? ''] }),
  }
}

// useFresh shows what is known and reads it again.
export function useFresh<D, V extends object>(query: TypedDocumentNode<D, V>, variables: V): { data: D | undefined; failed: boolean; again(): void } {
  const [{ data, error }, execute] = useQuery<D, V>({ query, variables, requestPolicy: 'cache-and-network' } as Parameters<typeof useQuery<D, V>>[0])
  return { data, failed: !data && error !== undefined, again: () => execute({ requestPolicy: 'network-only' }) }
}

export function Listing<D, N extends { id: string }>({ paged, label, empty, children }: { paged: Paged<D, N>; label: string; empty: string; children(node: N): ReactNode }) {
  const { list, failed, again } = paged
  if (failed) return <Failure onRetry={again} />
  if (!list) return <Loading />
  if (list.nodes.length === 0) return <p className="card nothing" role="status">{empty}</p>
  return (
    <>
      <ul className="rows card" aria-label={label}>{list.nodes.map((node) => <li key={node.id}>{children(node)}</li>)}</ul>
      <Pager paged={paged} />
    </>
  )
}

function Pager<D, N>({ paged: { list, page, previous, next } }: { paged: Paged<D, N> }) {
  const a = useAdminTexts()
  const { number } = useMoments()
  if (!list) return null
  const first = page * pageSize + 1
  const total = list.totalCountIsCapped ? a.atLeast(number(list.totalCount)) : number(list.totalCount)
  return (
    <nav className="pager" aria-label={a.pages}>
      <Button className="button icon" aria-label={a.previous} isDisabled={page === 0} onPress={previous}>‹</Button>
      <span role="status">{a.found(first, first + list.nodes.length - 1, total)}</span>
      <Button className="button icon" aria-label={a.next} isDisabled={!list.pageInfo.hasNextPage} onPress={next}>›</Button>
    </nav>
  )
}

let moved = false
addEventListener('hashchange', () => (moved = true))

// Section is the content of a place. After a move to another place, its heading has the focus.
export function Section({ title, intro, tools, children }: { title: string; intro?: string; tools?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Rehearse`
    if (moved) heading.current?.focus()
    moved = false
  }, [title])
  return (
    <section className="section" aria-labelledby="place">
      <div className="title">
        <div>
          <h1 id="place" tabIndex={-1} ref={heading}>{title}</h1>
          {intro && <p className="lead">{intro}</p>}
        </div>
        {tools && <div className="actions">{tools}</div>}
      </div>
      {children}
    </section>
  )
}

// Said announces what an action has done. It takes the focus, because what had it may be gone.
export function Said({ text }: { text: string }) {
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (text) line.current?.focus()
  }, [text])
  return <p role="status" tabIndex={-1} ref={line} className={text ? 'notice' : 'unseen'}>{text}</p>
}

export function Missing() {
  const a = useAdminTexts()
  return <p className="notice">{a.missing}</p>
}

// saveFile downloads a text.
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url))
}
