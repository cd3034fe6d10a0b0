/**
 * JSON requests to the server, with the session and the CSRF token of this page.
 *
 * @import {Order} from "../orders/order.js"
 *
 * @typedef {{token: string, renew: () => Promise<boolean>}} TokenSource a `Session`
 */

const TIMEOUT_MS = 15_000;
/** Timeout while the server is away, when an answer is unlikely. */
const AWAY_TIMEOUT_MS = 4_000;
/** Statuses worth a retry: request timeout, too early, too many requests. */
const PASSING = [408, 425, 429];
const SIGNED_IN_ANEW = "Nothing was sent: the sign-in in this browser has changed. Reload the page.";

/** A refused or unanswered request. `status` is 0 if no answer came: the server may have carried it out. */
export class ApiError extends Error {
  status;
  code;
  /** @type {Record<string, string[]>} */
  fields;
  /** The current order, after a version conflict. @type {Order|null} */
  current;

  /** @param {number} status @param {{code?: string, message?: string, fields?: Record<string, string[]>, current?: Order}} body */
  constructor(status, body) {
    super(body.message ?? "The server could not answer.");
    this.status = status;
    this.code = body.code ?? "";
    this.fields = body.fields ?? {};
    this.current = body.current ?? null;
  }

  /** Whether the outcome is unknown: the server may have carried it out. */
  get unanswered() {
    return !this.unsent && (this.status === 0 || this.status >= 500);
  }

  /** Whether a retry may succeed: no answer came, or the request came too soon. */
  get isPassing() {
    return this.unanswered || PASSING.includes(this.status);
  }

  /** Whether the request never left this page. */
  get unsent() {
    return this.code === "unsent";
  }
}

/** Whether the server refused a change because of its CSRF token, and did nothing. @param {unknown} error */
function isOfToken(error) {
  return error instanceof ApiError && error.status === 403 && error.message.startsWith("CSRF");
}

/**
 * The API client. While the server is away it sends no changes: a change stuck on a dead connection may be carried out
 * a minute later, when the user no longer wants it.
 */
export class Api {
  #session;
  #away = "";
  /** Aborts the changes in flight. */
  #leaving = new AbortController();

  /** @param {TokenSource} session */
  constructor(session) {
    this.#session = session;
  }

  /** @param {string} reason a sentence; empty while the server is reachable */
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

  /**
   * Sends a request. If the server refuses a change because its token is out of date, retries it once with a new one.
   *
   * @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal]
   */
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
