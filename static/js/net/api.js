/**
 * Requests to the server, as JSON, in the name of the person signed in on this page.
 *
 * @import {Order} from "../orders/order.js"
 *
 * @typedef {{token: string, renew: () => Promise<boolean>}} TokenSource a `Session`
 */

const TIMEOUT_MS = 15_000;
/** While the server is not heard there is little hope. */
const AWAY_TIMEOUT_MS = 4_000;
/** Refusals that say "not now": a time-out, too early, too many. */
const PASSING = [408, 425, 429];
const SIGNED_IN_ANEW = "Nothing was sent: somebody has signed in or out in this browser. Reload the page.";

/** A refused or unanswered request. `status` is 0 where no answer came: it may or may not have been carried out. */
export class ApiError extends Error {
  status;
  code;
  /** @type {Record<string, string[]>} */
  fields;
  /** The order as it stands, of a version conflict. @type {Order|null} */
  current;

  /** @param {number} status @param {{code?: string, message?: string, fields?: Record<string, string[]>, current?: Order}} body */
  constructor(status, body) {
    super(body.message ?? "The server could not answer.");
    this.status = status;
    this.code = body.code ?? "";
    this.fields = body.fields ?? {};
    this.current = body.current ?? null;
  }

  /** Whether it is unknown if the server did it. */
  get unanswered() {
    return !this.unsent && (this.status === 0 || this.status >= 500);
  }

  /** Whether the same may be answered later: it had no answer, or came too soon. */
  get isPassing() {
    return this.unanswered || PASSING.includes(this.status);
  }

  /** Whether it never left this page. */
  get unsent() {
    return this.code === "unsent";
  }
}

/** Whether a change was refused for the sake of its token: nothing was done. @param {unknown} error */
function isOfToken(error) {
  return error instanceof ApiError && error.status === 403 && error.message.startsWith("CSRF");
}

/**
 * While the server is away, no change is sent: what lies on a dead line may be carried out a minute later, when nobody
 * wants it any more.
 */
export class Api {
  #session;
  #away = "";
  /** Ends the changes that are under way. */
  #leaving = new AbortController();

  /** @param {TokenSource} session */
  constructor(session) {
    this.#session = session;
  }

  /** @param {string} reason a sentence; empty where the server is there */
  set away(reason) {
    if (reason !== "" && this.#away === "") {
      this.#leaving.abort();
      this.#leaving = new AbortController();
    }
    this.#away = reason;
  }

  /** @param {string} path @param {URLSearchParams} [params] @param {AbortSignal} [signal] @returns {Promise<any>} */
  get(path, params, signal) {
    return this.#request("GET", params ? `${path}?${params}` : path, undefined, signal);
  }

  /** @param {string} path @param {object} [body] @returns {Promise<any>} */
  post(path, body = {}) {
    return this.#request("POST", path, body);
  }

  /** @param {string} path @param {object} body @returns {Promise<any>} */
  patch(path, body) {
    return this.#request("PATCH", path, body);
  }

  /** @param {string} path @returns {Promise<any>} */
  delete(path) {
    return this.#request("DELETE", path);
  }

  /** A change whose token is out of date is sent once more with a new one, the same in all else. @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal] */
  async #request(method, path, body, signal) {
    try {
      return await this.#send(method, path, body, signal);
    } catch (error) {
      if (!isOfToken(error)) throw error;
    }
    try {
      if (await this.#session.renew()) return await this.#send(method, path, body, signal);
    } catch (error) {
      if (!isOfToken(error)) throw error;
    }
    throw new ApiError(403, { code: "forbidden", message: SIGNED_IN_ANEW });
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal] */
  async #send(method, path, body, signal) {
    const writes = method !== "GET";
    if (writes && this.#away !== "")
      throw new ApiError(0, { code: "unsent", message: `${this.#away} Nothing was sent.` });
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "X-Order-Source": "page" };
    if (writes) headers["X-CSRFToken"] = this.#session.token;
    if (body) headers["Content-Type"] = "application/json";
    const signals = [AbortSignal.timeout(this.#away === "" ? TIMEOUT_MS : AWAY_TIMEOUT_MS)];
    if (writes) signals.push(this.#leaving.signal);
    if (signal) signals.push(signal);
    /** @type {Response} */
    let response;
    try {
      response = await fetch(path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "same-origin",
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, { code: "unanswered", message: "No answer from the server." });
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new ApiError(response.status, answer ?? {});
    if (answer === null && response.status !== 204) throw new ApiError(0, { message: "The answer was cut off." });
    return answer;
  }
}
