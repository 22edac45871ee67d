// Signing in and out. The session is in a cookie that scripts cannot read.

// base is the path of the page's school: /s/ and its name, or empty if the page is at the root of its host.
export const base = /^\/s\/[^/]+/.exec(location.pathname)?.[0] ?? ''

export const graphqlUrl = new URL(`${base}/session/graphql`, location.href).href

// The methods to sign in: choose a person, at an OpenID Connect issuer, or with a link in an e-mail.
export type Method = 'local' | 'oidc' | 'email'

async function ask(method: string, path = '', body?: unknown): Promise<Response> {
  return fetch(`${base}/session${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
}

async function succeed(asked: Promise<Response>): Promise<Response> {
  const response = await asked
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`)
  return response
}

// methods returns the ways to sign in that the server offers.
export async function methods(): Promise<Method[]> {
  const { methods } = (await (await succeed(ask('GET'))).json()) as { methods: Method[] }
  return methods
}

export type SignInRole = 'student' | 'interviewer' | 'admin'

export const signInAs = (role: SignInRole, id: string): Promise<Response> => succeed(ask('POST', '', { role, id }))

const place = `rehearse.place${base}`

// signInAtIssuer leaves the page. When the issuer sends the browser back, the page shows the same place.
// With again, the issuer lets the person choose another account.
export function signInAtIssuer(again: boolean): void {
  if (location.hash.startsWith('#/')) sessionStorage.setItem(place, location.hash)
  location.assign(`${base}/session/oidc${again ? '?again' : ''}`)
}

export const requestLink = (email: string): Promise<Response> => ask('POST', '/email', { email })

// useLink returns why the link does not sign in, or an empty text if it does.
export async function useLink(token: string): Promise<string> {
  const response = await ask('POST', '/email/confirm', { token })
  if (response.ok) return ''
  if (response.status !== 403 && response.status !== 410) throw new Error(`${response.status}`)
  return ((await response.json()) as { reason: string }).reason
}

// signedIn reports whether this browser has a session, such as one that another tab has started.
export async function signedIn(): Promise<boolean> {
  const response = await ask('POST', '/graphql', { query: '{ viewer { role } }' })
  return response.ok
}

// signOut ends the session, and then that at the issuer, for which it leaves the page.
export async function signOut(): Promise<void> {
  const response = await succeed(ask('DELETE'))
  if (response.status !== 200) return
  const { logout } = (await response.json()) as { logout: string }
  location.assign(logout)
}

// An Arrival is why the page was opened: after a login that failed, or with a link in an e-mail.
export interface Arrival {
  reason?: string
  link?: string
}

const linkPrefix = '#sign-in='

// arrive reads why the page was opened, and removes it from the address.
export function arrive(): Arrival {
  const reason = new URLSearchParams(location.search).get('sign-in')
  const link = location.hash.startsWith(linkPrefix) ? location.hash.slice(linkPrefix.length) : null
  const kept = sessionStorage.getItem(place)
  if (reason === null && link === null && kept === null) return {}
  if (reason === null) sessionStorage.removeItem(place) // otherwise the next attempt leads there
  history.replaceState(null, '', `${base}/${link === null && kept?.startsWith('#/') ? kept : ''}`)
  return { ...(reason === null ? {} : { reason }), ...(link === null ? {} : { link }) }
}

// onLink calls then when a link in an e-mail is opened in a tab with the page.
export function onLink(then: () => void): void {
  addEventListener('hashchange', () => location.hash.startsWith(linkPrefix) && then())
}
