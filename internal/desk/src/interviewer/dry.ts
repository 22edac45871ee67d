// Asking what a mutation would do before it is confirmed.
import { useEffect, useState } from 'react'
import { useClient } from 'urql'
import type { TypedDocumentNode } from 'urql'

const pauseMs = 300 // after the last change of a form

// useDryRun returns what the mutation would answer to the input, or undefined while it is not known.
// Without an input, nothing is asked. A dry run needs no idempotency key: nothing is stored for it.
export function useDryRun<D, I extends object>(mutation: TypedDocumentNode<D, { input: I }>, input: I | undefined): D | undefined {
  const client = useClient()
  const key = JSON.stringify(input)
  const [known, setKnown] = useState<{ key: string; data: D }>()
  useEffect(() => {
    if (!key) return undefined
    let ended = false
    const timer = setTimeout(() => {
      const tried = { ...(JSON.parse(key) as I), dryRun: true }
      void client.mutation(mutation, { input: tried }).toPromise().then(({ data }) => !ended && data && setKnown({ key, data }))
    }, pauseMs)
    return () => {
      ended = true
      clearTimeout(timer)
    }
  }, [client, mutation, key])
  return known && known.key === key ? known.data : undefined
}
