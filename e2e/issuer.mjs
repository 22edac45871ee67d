// Runs an OpenID Connect issuer with a real protocol and invented accounts: whoever signs in types an
// address.
import { once } from 'node:events'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const page = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>The issuer</title><main>${body}</main></html>`

// startIssuer runs the issuer for one client. accounts has the claims of each account by its address.
export async function startIssuer({ client, accounts }) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(url, {
    clients: [client],
    claims: { openid: ['sub', 'roles'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['the key of the cookies in a test'] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource: (ctx, form) => (ctx.body = page(`<h1>Sign out?</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Yes</button>`)),
      },
    },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) }),
    interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
    renderError: (ctx, out) => (ctx.body = page(`<h1>Error</h1><p>${out.error} ${out.error_description}</p>`)),
    async loadExistingGrant(ctx) {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const callback = provider.callback()
  server.on('request', async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url)
    if (!pathname.startsWith('/login/')) return callback(request, response)
    const account = searchParams.get('account')
    if (account) return provider.interactionFinished(request, response, { login: { accountId: account } }, { mergeWithLastSubmission: false })
    response.setHeader('Content-Type', 'text/html')
    response.end(page(`<h1>Who are you?</h1><form><label>Address <input name="account"></label> <button>Go on</button></form>`))
  })
  return { url, stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())) }
}
