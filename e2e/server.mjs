// Runs the real binary with its own database, for tests from outside the process.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

// folder creates a temporary folder that the account of Postgres can enter.
async function folder() {
  const made = await mkdtemp(join(tmpdir(), 'rehearse-e2e-'))
  await chmod(made, 0o755)
  return made
}

let built

// binary returns REHEARSE_BIN, or builds the program once for each test file, because
// each file is its own process.
function binary() {
  built ??= process.env.REHEARSE_BIN
    ? Promise.resolve(process.env.REHEARSE_BIN)
    : folder().then(async (to) => {
        process.on('exit', () => rmSync(to, { recursive: true, force: true }))
        const path = join(to, 'rehearse')
        await run('go', ['build', '-o', path, '.'], { cwd: root })
        return path
      })
  return built
}

// start runs a server with the sample school on a free port until stop is called. env
// overrides the environment.
export async function start(env = {}) {
  const rehearse = await binary()
  const home = await folder()
  const environment = { ...process.env, DATABASE_URL: '', AUTH: '', ADDR: '127.0.0.1:0', DATA_DIR: join(home, 'data'), ...env }
  const server = spawn(rehearse, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(server, 'exit')
  const kill = () => server.kill('SIGKILL')
  process.on('exit', kill)
  let log = ''
  server.stderr.on('data', (text) => (log += text))

  const { url, rest } = await greeting(server, () => log)
  const ready = await fetch(`${url}/readyz`)
  if (!ready.ok) throw new Error(`not ready: ${ready.status} ${await ready.text()}`)

  return {
    url,
    // ask sends an operation as the local administrator and throws on errors.
    async ask(query, variables) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
      const { data, errors } = await response.json()
      if (errors) throw new Error(JSON.stringify(errors))
      return data
    },
    async stop() {
      server.kill('SIGINT')
      const [code, signal] = await ended
      process.off('exit', kill)
      await rm(home, { recursive: true, force: true })
      if (code !== 0 || !rest().includes('stopped')) throw new Error(`the server ended with ${code ?? signal}:\n${rest()}${log}`)
    },
    async token(role, id) {
      const { stdout } = await run(rehearse, ['token', '--role', role, '--id', String(id)], { env: environment })
      return stdout.trim()
    },
  }
}

// greeting waits for the address that the server prints, and continues to read its
// output.
function greeting(server, log) {
  return new Promise((resolve, reject) => {
    let printed = ''
    server.on('error', reject)
    createInterface(server.stdout)
      .on('line', (line) => {
        printed += line + '\n'
        const [, url] = /GraphQL +(\S+)\/graphql/.exec(line) ?? []
        if (url) resolve({ url, rest: () => printed })
      })
      .on('close', () => reject(new Error(`the server did not start:\n${printed}${log()}`)))
  })
}
