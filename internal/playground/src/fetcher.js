import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { Kind, parse } from 'graphql'

const url = new URL('/graphql', location.href).href

// A subscription has a connection of its own, whose parameters are the headers
// of that moment.
const send = createGraphiQLFetcher({ url, subscriptionUrl: url.replace(/^http/, 'ws'), enableIncrementalDelivery: false })

// fetcher sends an operation. GraphiQL learns a moment late what is in its
// editor, so what it says of the operation may be of the one before.
export function fetcher(params, options) {
  let documentAST
  try {
    documentAST = parse(params.query)
  } catch {
    return send(params, options) // the server says what is wrong
  }
  const operations = documentAST.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION)
  const operationName = operations.length === 1 ? operations[0].name?.value : params.operationName
  return send({ ...params, operationName }, { ...options, documentAST })
}
