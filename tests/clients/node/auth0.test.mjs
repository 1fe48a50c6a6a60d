// node-auth0 3, the last version with `socialSignIn`, logs in unchanged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import auth0 from 'auth0';

const { ACCREDIT_URL, ACCREDIT_APP, ACCREDIT_SAMPLES } = process.env;
const samples = JSON.parse(ACCREDIT_SAMPLES);
const client = new auth0.AuthenticationClient({
  domain: new URL(ACCREDIT_URL).host,
  clientId: ACCREDIT_APP,
});

function login(connection, more = {}) {
  // This client does not send its own `clientId` here; whoever calls it names it.
  return client.oauth.socialSignIn({
    client_id: ACCREDIT_APP,
    ...samples[connection],
    connection,
    scope: 'openid profile offline_access',
    ...more,
  });
}

for (const connection of Object.keys(samples)) {
  test(`socialSignIn with ${connection}`, async () => {
    const tokens = await login(connection);
    assert.equal(tokens.token_type, 'Bearer');
    for (const name of ['access_token', 'id_token', 'refresh_token']) {
      assert.equal(typeof tokens[name], 'string', name);
    }
  });
}

test('a refusal arrives with its status and code', async () => {
  await assert.rejects(login('facebook', { access_token: 'EAAnonsense' }), (error) => {
    assert.equal(error.statusCode, 401);
    assert.equal(error.name, 'invalid_request');
    return true;
  });
});

test('the access token opens userinfo', async () => {
  const tokens = await login('google-oauth2');
  const profile = await client.getProfile(tokens.access_token);
  assert.match(profile.sub, /^google-oauth2\|\d+$/);
  assert.equal(profile.name, 'Ada Lovelace');
});

test('a refresh token is replaced, then revoked', async () => {
  const first = await login('facebook');
  const second = await client.oauth.refreshToken({ refresh_token: first.refresh_token });
  assert.notEqual(second.refresh_token, first.refresh_token);
  await client.tokens.revokeRefreshToken({ token: second.refresh_token });
  await assert.rejects(client.oauth.refreshToken({ refresh_token: second.refresh_token }), (error) => {
    assert.equal(error.statusCode, 403);
    assert.equal(error.name, 'invalid_grant');
    return true;
  });
});
