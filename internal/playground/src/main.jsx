import './workers.js'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import 'graphiql/graphiql.css'
import './style.css'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { fetcher } from './fetcher.js'
import { headers, tabs } from './tabs.js'

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
