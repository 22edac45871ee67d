// The place in the pages of an administrator, which is in the address after the #.
import { useMemo, useSyncExternalStore } from 'react'

export interface Place {
  section: string
  id: string
  params: URLSearchParams
}

let hash = ''

// current ignores other fragments, such as that of the link to skip to the content.
function current(): string {
  if (location.hash === '' || location.hash.startsWith('#/')) hash = location.hash
  return hash
}

function listen(then: () => void): () => void {
  addEventListener('hashchange', then)
  return () => removeEventListener('hashchange', then)
}

export function usePlace(): Place {
  const now = useSyncExternalStore(listen, current)
  return useMemo(() => {
    const [path = '', query] = now.slice(2).split('?')
    const [section = '', id = ''] = path.split('/')
    return { section: section || 'students', id, params: new URLSearchParams(query) }
  }, [now])
}

// to returns the address of a place. Empty parameters are left out.
export function to(path: string, params: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString()
  return `#/${path}${query && `?${query}`}`
}

export const go = (path: string): void => void (location.hash = to(path))

// useFilter returns the parameters of the address by name, and a function that changes one of them
// without a step in the history of the browser.
export function useFilter<K extends string>(path: string, names: readonly K[]): [Record<K, string>, (name: K, value: string) => void] {
  const { params } = usePlace()
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<K, string>
  const change = (name: K, value: string) => {
    history.replaceState(null, '', to(path, { ...values, [name]: value }))
    dispatchEvent(new Event('hashchange'))
  }
  return [values, change]
}
