// Signing in and out. The session is in a cookie that scripts cannot read.
export const graphqlUrl = new URL('/session/graphql', location.href).href

export type Method = 'local'

async function ask(method: string, body?: unknown): Promise<Response> {
  const response = await fetch('/session', {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  if (!response.ok) throw new Error(`${method} /session: ${response.status}`)
  return response
}

// methods returns the ways to sign in that the server offers.
export async function methods(): Promise<Method[]> {
  const { methods } = (await (await ask('GET')).json()) as { methods: Method[] }
  return methods
}

export type SignInRole = 'student' | 'interviewer' | 'admin'

export const signInAs = (role: SignInRole, id: string): Promise<Response> => ask('POST', { role, id })
export const signOut = (): Promise<Response> => ask('DELETE')
