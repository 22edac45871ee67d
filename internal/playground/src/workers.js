// The editor's workers, as files of this server.
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker'
import JSONWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker'
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker'

const workers = { json: JSONWorker, graphql: GraphQLWorker }

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new (workers[label] ?? EditorWorker)(),
}
