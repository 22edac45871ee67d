import { Kind, parse } from 'graphql'
import { createClient } from 'graphql-ws'

const url = new URL('/graphql', location.href).href

// fetcher sends an operation, as whom its headers say. GraphiQL learns a moment
// late what is in its editor, so the operation is looked up in what is sent.
export function fetcher(params, { headers = {} } = {}) {
  const operations = operationsOf(params.query)
  const operation = operations.length === 1 ? operations[0] : operations.find((o) => o.name?.value === params.operationName)
  const request = { ...params, operationName: operation?.name?.value }
  return operation?.operation === 'subscription' ? watch(request, headers) : post(request, headers)
}

function operationsOf(query) {
  try {
    return parse(query).definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION)
  } catch {
    return [] // the server says what is wrong
  }
}

async function post(request, headers) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json;q=0.9', ...headers },
    body: JSON.stringify(request),
  })
  return response.json()
}

// watch is a subscription, on a connection of its own. One that ended is not
// made again by itself: the page shows why.
function watch(request, headers) {
  const client = createClient({ url: url.replace(/^http/, 'ws'), connectionParams: headers, retryAttempts: 0 })
  return {
    subscribe: ({ next, error, complete }) => ({
      unsubscribe: client.subscribe(request, {
        next,
        complete,
        error: (e) => error(e instanceof CloseEvent ? new Error(`the connection ended: ${e.code} ${e.reason}`.trim()) : e),
      }),
    }),
  }
}
