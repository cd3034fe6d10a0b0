/**
 * The session of this page: its user, its CSRF token and its permissions. Signing in again in another tab makes a new
 * token, perhaps of another user; the page is then fetched again and its data attributes are read.
 *
 * Fires `other` when another user has signed in in this browser, `token` when the token has changed, and `rights` when
 * the permissions have changed.
 *
 * @typedef {{user?: string, csrfToken?: string, rights?: string}} Facts data attributes of the page
 */

const TIMEOUT_MS = 10_000;

/** @returns {Promise<Facts|null>} null if no answer came or no user is signed in */
async function readPage() {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(location.pathname, { credentials: "same-origin", cache: "no-store", signal });
    const { body } = new DOMParser().parseFromString(await response.text(), "text/html");
    return body.dataset.user === undefined ? null : body.dataset;
  } catch {
    return null;
  }
}

export class Session extends EventTarget {
  user;
  token;
  #rights;
  #read;
  /** The renewal in flight. @type {Promise<boolean>|null} */
  #renewing = null;

  /** @param {Facts} facts @param {() => Promise<Facts|null>} [read] */
  constructor({ user = "", csrfToken = "", rights = "" }, read = readPage) {
    super();
    this.user = user;
    this.token = csrfToken;
    this.#rights = rights;
    this.#read = read;
  }

  /** Renews the token. Resolves to whether the same user is still signed in. */
  renew() {
    this.#renewing ??= this.#readAnew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #readAnew() {
    const facts = await this.#read();
    if (facts === null) return false;
    const { user, csrfToken = "", rights = "" } = facts;
    if (user !== this.user) {
      this.dispatchEvent(new Event("other"));
      return false;
    }
    this.token = csrfToken;
    this.dispatchEvent(new Event("token"));
    if (rights !== this.#rights) {
      this.#rights = rights;
      this.dispatchEvent(new Event("rights"));
    }
    return true;
  }
}
