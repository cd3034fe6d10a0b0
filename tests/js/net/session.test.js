/** Signed in again elsewhere in the same browser: the page goes on with a new token, or as nobody's. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Api } from "../../../static/js/net/api.js";
import { Session } from "../../../static/js/net/session.js";

const BODY = { symbol: "AAPL", client_order_id: "the-same" };

/** What the server takes, and what it was asked. */
let valid = "first";
/** @type {{method: string, token: string|undefined, body: any}[]} */
let asked = [];
const { fetch } = globalThis;

beforeEach(() => {
  valid = "first";
  asked = [];
  globalThis.fetch = async (_path, { method = "GET", headers = {}, body } = {}) => {
    const token = /** @type {Record<string, string>} */ (headers)["X-CSRFToken"];
    asked.push({ method, token, body: JSON.parse(String(body ?? "null")) });
    if (method === "GET" || token === valid) return Response.json({ id: 1 }, { status: 201 });
    const message = "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.";
    return Response.json({ code: "forbidden", message }, { status: 403 });
  };
});
afterEach(() => {
  globalThis.fetch = fetch;
});

/** A page of alice's, and what it says of itself when it is read anew. @param {import("../../../static/js/net/session.js").Facts|null} facts */
function open(facts) {
  /** @type {string[]} */
  const told = [];
  let readings = 0;
  const session = new Session({ user: "alice", csrfToken: "first", rights: "" }, async () => {
    readings += 1;
    return facts;
  });
  for (const type of ["other", "token", "rights"]) session.addEventListener(type, () => told.push(type));
  return { session, api: new Api(session), told, readings: () => readings };
}

test("a change whose token is out of date is sent once more, with the new one and the same client id", async () => {
  const { api, told, readings } = open({ user: "alice", csrfToken: "second" });
  valid = "second";
  assert.deepEqual(await api.post("/api/orders/", BODY), { id: 1 });
  assert.deepEqual(
    asked.map(({ token }) => token),
    ["first", "second"],
  );
  assert.deepEqual(asked[0]?.body, asked[1]?.body);
  await api.post("/api/orders/", BODY);
  assert.equal(asked.length, 3);
  assert.equal(readings(), 1);
  assert.deepEqual(told, ["token"]);
});

test("nothing is sent in the name of somebody else who has signed in meanwhile", async () => {
  const { api, told } = open({ user: "bob", csrfToken: "second" });
  valid = "second";
  await assert.rejects(api.post("/api/orders/", BODY), /Nothing was sent: the sign-in in this browser has changed/);
  assert.equal(asked.length, 1);
  assert.deepEqual(told, ["other"]);
});

test("where nobody is signed in, or the new token is refused too, the words are a person's", async () => {
  for (const facts of [null, { user: "alice", csrfToken: "third" }]) {
    const { api } = open(facts);
    valid = "second";
    await assert.rejects(api.post("/api/orders/", BODY), (/** @type {any} */ { message, status }) => {
      assert.doesNotMatch(message, /csrf/i);
      return status === 403;
    });
  }
});

test("a change that is refused for another reason is not repeated", async () => {
  const { api, readings } = open(null);
  globalThis.fetch = async () => Response.json({ code: "forbidden", message: "Not yours to change." }, { status: 403 });
  await assert.rejects(api.post("/api/orders/", BODY), /Not yours/);
  assert.equal(readings(), 0);
});

test("several changes at once read the page once, and rights that have changed are told", async () => {
  const { api, session, told, readings } = open({ user: "alice", csrfToken: "second", rights: "watch" });
  valid = "second";
  await Promise.all([api.post("/api/orders/", BODY), api.post("/api/demo/")]);
  assert.equal(readings(), 1);
  assert.deepEqual(told, ["token", "rights"]);
  assert.equal(await session.renew(), true);
  assert.deepEqual(told, ["token", "rights", "token"]);
});
