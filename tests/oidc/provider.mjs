// oidc-provider is certified by the OpenID Foundation. Its own development pages log in whoever gives any password.
// The first argument is its table of clients; the first line that it prints is its issuer.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

let handle;
const server = createServer((request, response) => handle(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: JSON.parse(process.argv[2]),
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    cookies: { keys: ['of-this-test-alone'] },
    features: { introspection: { enabled: true } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id} Lovelace`, email: `${id}@example.com`, email_verified: true }),
    }),
  });
  handle = provider.callback();
  console.log(issuer);
});
