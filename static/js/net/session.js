/**
 * Who is signed in on this page, the token by which it may change anything, and whether both still hold: signing in again
 * in another tab makes another token, and may be somebody else's. The page then is read anew for what it says of itself.
 *
 * Fires `other` where somebody else is signed in by now, `token` where there is a new one, and `rights` where the person
 * may do more or less than when the page was opened.
 *
 * @typedef {{user?: string, csrfToken?: string, rights?: string}} Facts what the page says of itself
 */

const TIMEOUT_MS = 10_000;

/** @returns {Promise<Facts|null>} null where no answer came, or nobody is signed in */
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
  /** The reading under way. @type {Promise<boolean>|null} */
  #renewing = null;

  /** @param {Facts} facts @param {() => Promise<Facts|null>} [read] */
  constructor({ user = "", csrfToken = "", rights = "" }, read = readPage) {
    super();
    this.user = user;
    this.token = csrfToken;
    this.#rights = rights;
    this.#read = read;
  }

  /** Whether this person is signed in still, with a token that is fresh. */
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
