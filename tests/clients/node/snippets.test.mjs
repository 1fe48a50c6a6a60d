// "Copy as JavaScript" of the playground: the module is run as it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const { hostile, login } = JSON.parse(process.env.ACCREDIT_SNIPPETS);

async function run(code) {
  const printed = [];
  const log = console.log;
  console.log = (...words) => printed.push(words);
  try {
    await import(`data:text/javascript,${encodeURIComponent(code)}`);
  } finally {
    console.log = log;
  }
  return printed;
}

for (const { code, url, fields, kind } of hostile) {
  test(`sends exactly what was recorded: ${kind}`, async () => {
    const sent = [];
    const { fetch } = globalThis;
    globalThis.fetch = async (...call) => {
      sent.push(new Request(...call));
      return new Response('{}', { status: 401 });
    };
    try {
      assert.deepEqual(await run(code), [[401, '{}']]);
    } finally {
      globalThis.fetch = fetch;
    }
    const [request] = sent;
    const body = await request.text();
    const read = kind === 'json' ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
    assert.deepEqual([request.method, request.url, read], ['POST', url, fields]);
    const type = kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    assert.equal(request.headers.get('content-type'), type);
  });
}

test('logs in', async () => {
  const [[status, body]] = await run(login.code);
  assert.equal(status, 200);
  assert.equal(typeof JSON.parse(body).access_token, 'string');
});
