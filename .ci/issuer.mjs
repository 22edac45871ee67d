// An issuer of OpenID Connect on a loopback address, with one key. It knows no secrets: the grant
// client_credentials gives the client school-admin an administrator's token, and the client
// student-7 that of student 7. The argument is a file, to which it writes its URL.
import { generateKeyPairSync, sign } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(issuer, client) {
  const person = client === 'school-admin' ? { role: 'admin', sub: '0' } : { role: 'student', sub: client.replace('student-', '') };
  const now = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: 'ES256', kid: '1' })}.${encode({ ...person, iss: issuer, aud: 'rehearse', iat: now, exp: now + 600 })}`;
  return `${signed}.${sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const pages = {
  '/.well-known/openid-configuration': (issuer) => ({ issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token` }),
  '/keys': () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig', alg: 'ES256' }] }),
  '/token': (issuer, form) => ({ access_token: token(issuer, form.get('client_id')), token_type: 'Bearer', expires_in: 600 }),
};

const server = createServer(async (request, response) => {
  const page = pages[request.url];
  const form = new URLSearchParams(await text(request));
  response.writeHead(page ? 200 : 404, { 'Content-Type': 'application/json' });
  response.end(page && JSON.stringify(page(`http://${request.headers.host}`, form)));
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${process.argv[2]}.new`, `http://127.0.0.1:${server.address().port}`);
  renameSync(`${process.argv[2]}.new`, process.argv[2]);
});
