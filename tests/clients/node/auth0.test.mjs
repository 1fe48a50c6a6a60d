// node-auth0 3, the last version with `socialSignIn`, logs in unchanged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import auth0 from 'auth0';

const { ACCREDIT_URL, ACCREDIT_APP, ACCREDIT_SAMPLES } = process.env;
const samples = JSON.parse(ACCREDIT_SAMPLES);
const client = new auth0.AuthenticationClient({
  domain: new URL(ACCREDIT_URL).host,
  clientId: ACCREDIT_APP,
  supportedAlgorithms: ['RS256'],
});

for (const [connection, parameters] of Object.entries(samples)) {
  test(`socialSignIn with ${connection}; the client validates the ID token`, async () => {
    const tokens = await client.oauth.socialSignIn({
      ...parameters,
      connection,
      scope: 'openid profile offline_access',
    });
    assert.equal(tokens.token_type, 'Bearer');
    for (const name of ['access_token', 'id_token', 'refresh_token']) {
      assert.equal(typeof tokens[name], 'string', name);
    }
  });
}

test('a refusal arrives with its status and code', async () => {
  const login = client.oauth.socialSignIn({ access_token: 'EAAnonsense', connection: 'facebook' });
  await assert.rejects(login, (error) => {
    assert.equal(error.statusCode, 401);
    assert.equal(error.name, 'invalid_request');
    return true;
  });
});

test('the access token opens userinfo', async () => {
  const connection = 'google-oauth2';
  const tokens = await client.oauth.socialSignIn({
    ...samples[connection],
    connection,
    scope: 'openid profile',
  });
  const profile = await client.getProfile(tokens.access_token);
  assert.match(profile.sub, /^google-oauth2\|\d+$/);
  assert.equal(profile.name, 'Ada Lovelace');
});

test('a refresh token is replaced, then revoked', async () => {
  const login = { ...samples.facebook, connection: 'facebook', scope: 'openid offline_access' };
  const first = await client.oauth.socialSignIn(login);
  const second = await client.oauth.refreshToken({ refresh_token: first.refresh_token });
  assert.notEqual(second.refresh_token, first.refresh_token);
  await client.tokens.revokeRefreshToken({ token: second.refresh_token });
  await assert.rejects(client.oauth.refreshToken({ refresh_token: second.refresh_token }), (error) => {
    assert.equal(error.statusCode, 403);
    assert.equal(error.name, 'invalid_grant');
    return true;
  });
});
