import './workers.js'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import 'graphiql/graphiql.css'
import './style.css'
import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { headers, tabs } from './tabs.js'

const url = new URL('/graphql', location.href)
const subscriptionUrl = url.href.replace(/^http/, 'ws')

// A new connection for each subscription takes its parameters from the headers
// editor, as they are then.
const fetcher = createGraphiQLFetcher({ url: url.href, subscriptionUrl, enableIncrementalDelivery: false })

// What is typed lives as long as the browser's tab, and a token not longer than
// the page: headers are not kept, and the history would keep them.
createRoot(document.getElementById('playground')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={sessionStorage}
    plugins={[]}
    defaultTabs={tabs(new Date())}
    defaultHeaders={headers}
    shouldPersistHeaders={false}
    defaultEditorToolsVisibility="headers"
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>Rehearse</GraphiQL.Logo>
  </GraphiQL>,
)
