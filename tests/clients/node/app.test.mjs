// The JavaScript of the page "Log in from an app", as it stands there. The providers' SDKs hand over simulated tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const { ACCREDIT_URL, ACCREDIT_APP, ACCREDIT_SAMPLES, ACCREDIT_PAGE, ACCREDIT_BOUND } = process.env;
const samples = JSON.parse(ACCREDIT_SAMPLES);
const bound = JSON.parse(ACCREDIT_BOUND); // ID tokens, each with its nonce
const facebook = samples.facebook.access_token;
const functions = ['exchange', 'refresh', 'loginWithFacebook', 'loginWithGoogle', 'loginWithX'];
functions.push('loginWithFacebookApp', 'loginWithGoogleApp');

function page(sdks) {
  const code = JSON.parse(ACCREDIT_PAGE)
    .replace("'https://login.example.com'", JSON.stringify(ACCREDIT_URL))
    .replace("'my-app'", JSON.stringify(ACCREDIT_APP))
    .replace(/^import (\{.+\}) from '(.+)'$/gm, "const $1 = sdks['$2']");
  const names = ['sdks', 'FB', 'google', 'crypto'];
  const made = new Function(...names, `${code}\nreturn { ${functions.join(', ')} }`);
  return made(sdks, sdks.FB, sdks.google, { randomUUID: () => bound['google-oauth2'].nonce });
}

const none = { 'react-native-fbsdk-next': {}, '@react-native-google-signin/google-signin': {} };

function with_sdks(sdks) {
  return page({ ...none, ...sdks });
}

function is_logged_in(tokens) {
  for (const name of ['access_token', 'id_token', 'refresh_token']) assert.equal(typeof tokens[name], 'string', name);
}

test('the web: Facebook', async () => {
  const FB = { login: (done) => done({ authResponse: { accessToken: facebook } }) };
  is_logged_in(await with_sdks({ FB }).loginWithFacebook());
});

test('the web: Facebook, and the dialog is closed', async () => {
  const FB = { login: (done) => done({}) };
  await assert.rejects(with_sdks({ FB }).loginWithFacebook(), /closed/);
});

test('the web: Google, with the nonce that the page has made', async () => {
  const asked = {};
  const id = {
    initialize: (options) => Object.assign(asked, options),
    prompt: () => asked.callback({ credential: bound['google-oauth2'].access_token }),
  };
  is_logged_in(await with_sdks({ google: { accounts: { id } } }).loginWithGoogle('web'));
  assert.equal(asked.nonce, bound['google-oauth2'].nonce);
});

function fbsdk(limited) {
  return {
    'react-native-fbsdk-next': {
      LoginManager: { logInWithPermissions: async () => ({ isCancelled: false }) },
      AuthenticationToken: { getAuthenticationTokenIOS: async () => limited },
      AccessToken: { getCurrentAccessToken: async () => ({ accessToken: facebook }) },
    },
  };
}

test('React Native: Facebook on Android', async () => {
  is_logged_in(await with_sdks(fbsdk(null)).loginWithFacebookApp('n'));
});

test('React Native: Facebook on iOS, Limited Login', async () => {
  const { access_token: authenticationToken, nonce } = bound.facebook;
  is_logged_in(await with_sdks(fbsdk({ authenticationToken, nonce })).loginWithFacebookApp(nonce));
});

test('React Native: Google', async () => {
  const data = { idToken: samples['google-oauth2'].access_token };
  const GoogleSignin = { configure: () => {}, signIn: async () => ({ type: 'success', data }) };
  const sdks = { '@react-native-google-signin/google-signin': { GoogleSignin } };
  is_logged_in(await with_sdks(sdks).loginWithGoogleApp('web'));
});

test('X, with token and secret', async () => {
  const { access_token: oauth_token, access_token_secret: oauth_token_secret } = samples.twitter;
  is_logged_in(await with_sdks({}).loginWithX({ oauth_token, oauth_token_secret }));
});

test('a refresh brings the next token', async () => {
  const { exchange, refresh } = with_sdks({});
  const tokens = await exchange('facebook', facebook);
  const newer = await refresh(tokens.refresh_token);
  assert.notEqual(newer.refresh_token, tokens.refresh_token);
});

test('a refusal says its status', async () => {
  await assert.rejects(with_sdks({}).exchange('facebook', 'EAAnonsense'), { status: 401, code: 'invalid_request' });
});
