// openid-client is certified by the OpenID Foundation, and strict about what the standards say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

const { ACCREDIT_URL, ACCREDIT_APP, ACCREDIT_BACKEND, ACCREDIT_SECRET, ACCREDIT_API, ACCREDIT_SAMPLES } = process.env;
const samples = JSON.parse(ACCREDIT_SAMPLES);
const server = new URL(`${ACCREDIT_URL}/`);
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const app = await client.discovery(server, ACCREDIT_APP, undefined, client.None());
const backend = await client.discovery(
  server,
  ACCREDIT_BACKEND,
  undefined,
  client.ClientSecretBasic(ACCREDIT_SECRET),
);

function login(config, more = {}) {
  return client.genericGrantRequest(config, TOKEN_EXCHANGE, {
    subject_token: samples.facebook.access_token,
    subject_token_type: ACCESS_TOKEN,
    connection: 'facebook',
    scope: 'openid profile offline_access',
    ...more,
  });
}

test('discovery finds every endpoint at the issuer', () => {
  const metadata = app.serverMetadata();
  assert.equal(metadata.issuer, server.href);
  for (const name of ['token', 'revocation', 'introspection', 'userinfo']) {
    assert.equal(new URL(metadata[`${name}_endpoint`]).origin, server.origin, name);
  }
});

test('token exchange logs in; the client validates the ID token', async () => {
  const tokens = await login(app);
  assert.equal(tokens.issued_token_type, ACCESS_TOKEN);
  assert.equal(tokens.claims().sub, 'facebook|1000000000000001');
  assert.equal(tokens.claims().aud, ACCREDIT_APP);
});

test('the same with the signature of the ID token checked', async () => {
  const strict = await client.discovery(server, ACCREDIT_APP, undefined, client.None(), {
    execute: [client.enableNonRepudiationChecks],
  });
  const tokens = await login(strict);
  assert.equal(tokens.claims().name, 'Ada Lovelace');
});

test('a refusal is an OAuth error', async () => {
  await assert.rejects(login(app, { subject_token: 'EAAnonsense' }), (error) => {
    assert.equal(error.status, 401);
    assert.equal(error.error, 'invalid_request');
    assert.equal(error.error_description, 'invalid access_token: invalid_token');
    return true;
  });
});

test('refresh replaces the token; the old one ends the family', async () => {
  const first = await login(app);
  const second = await client.refreshTokenGrant(app, first.refresh_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.equal(second.claims().sub, first.claims().sub);
  for (const dead of [first.refresh_token, second.refresh_token]) {
    await assert.rejects(client.refreshTokenGrant(app, dead), (error) => {
      assert.equal(error.error, 'invalid_grant');
      assert.equal(error.error_description, 'Unknown or invalid refresh token.');
      return true;
    });
  }
});

test('userinfo is about the user who logged in', async () => {
  const tokens = await login(app);
  const answer = await client.fetchUserInfo(app, tokens.access_token, tokens.claims().sub);
  assert.equal(answer.name, 'Ada Lovelace');
});

test('client credentials', async () => {
  const tokens = await client.clientCredentialsGrant(backend, { audience: ACCREDIT_API });
  assert.equal(tokens.scope, 'read:reports');
});

test('a wrong secret', async () => {
  const wrong = await client.discovery(server, ACCREDIT_BACKEND, undefined, client.ClientSecretPost('wrong'));
  await assert.rejects(client.clientCredentialsGrant(wrong, { audience: ACCREDIT_API }), (error) => {
    assert.equal(error.status, 401);
    assert.equal(error.error, 'invalid_client');
    return true;
  });
});

test('introspection tells of a revocation', async () => {
  const tokens = await login(backend);
  const before = await client.tokenIntrospection(backend, tokens.refresh_token);
  assert.equal(before.active, true);
  assert.equal(before.client_id, ACCREDIT_BACKEND);
  await client.tokenRevocation(backend, tokens.refresh_token);
  assert.deepEqual({ ...(await client.tokenIntrospection(backend, tokens.refresh_token)) }, { active: false });
});

test('introspection of an access token', async () => {
  const tokens = await login(app);
  const answer = await client.tokenIntrospection(backend, tokens.access_token);
  assert.equal(answer.active, true);
  assert.equal(answer.sub, 'facebook|1000000000000001');
});
