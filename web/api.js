// Every call to the service: within its rate limit, with the user's token, and again where that is safe.
import { Lost, Refused } from "./errors.js";
import { bearer } from "./session.js";

/** The service allows ten in any second. It let a call pass before its answer came, so a second after that it is over. */
const PER_WINDOW = 10;
const WINDOW = 1010;

/** @type {{ answered: number }[]} the calls that may count, and when their answers came: under way it is never */
let counting = [];
/** Who waits for a turn: somebody in front of the screen, and what goes on in the background. */
const lanes = { front: [], back: [] };
let timer = 0;

/**
 * Resolves when a call may be sent, with what is to be done when its answer has come.
 * @param {"front" | "back"} lane @param {AbortSignal} [signal] @returns {Promise<() => void>}
 */
function turn(lane, signal) {
  return new Promise((resolve, reject) => {
    lanes[lane].push({ resolve, reject, signal });
    pump();
  });
}

function pump() {
  clearTimeout(timer);
  const now = performance.now();
  counting = counting.filter((call) => now - call.answered < WINDOW);
  // What goes on in the background leaves one place free, so that a click never waits behind it for long.
  const next = () => {
    if (counting.length < PER_WINDOW && lanes.front.length) return lanes.front.shift();
    return counting.length < PER_WINDOW - 1 ? lanes.back.shift() : undefined;
  };
  for (let entry = next(); entry; entry = next()) {
    if (entry.signal?.aborted) entry.reject(entry.signal.reason);
    else {
      const call = { answered: Infinity };
      counting.push(call);
      entry.resolve(() => {
        call.answered = performance.now();
        pump();
      });
    }
  }
  const first = Math.min(...counting.map((call) => call.answered));
  if (first < Infinity && (lanes.front.length || lanes.back.length)) timer = setTimeout(pump, first + WINDOW - now);
}

/** Tells `state` events: "fine", "lost" (no connection) or "busy" (the service asks to come back later). */
export const connection = new EventTarget();
let state = "fine";
/** @type {Promise<void> | null} while there is no connection: resolves when there is one again */
let back = null;

function become(value) {
  if (value === state) return;
  state = value;
  connection.dispatchEvent(new CustomEvent("state", { detail: value }));
}

/** One question after another, ever more slowly, until the service is there again, however many calls wait for it. */
function untilBack() {
  back ??= (async () => {
    become("lost");
    for (let wait = 500; ; wait = Math.min(wait * 1.6, 5000)) {
      await sleep(wait, "online");
      const answer = await fetch("health", { cache: "no-store" }).catch(() => null);
      if (answer?.ok) break;
    }
    back = null;
    become("fine");
  })();
  return back;
}

/** A while, or until an event of the browser. @param {number} ms @param {string} [event] */
function sleep(ms, event = "") {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      removeEventListener(event, wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    if (event) addEventListener(event, wake);
  });
}

/** A wait that an abort ends. */
function unlessAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

/** What is done when the service does not know the token any more; whether there is another one now. */
let unauthorized = async () => false;
export const onUnauthorized = (act) => (unauthorized = act);

/**
 * One call. A 429 was refused before anything was done, so it is always sent again when the service says. After a lost
 * connection or a 503 nobody knows, so only what may be done twice (`again`) is; anything else is `Lost`.
 * An abort ends every wait and, of what only reads, the call itself. What writes and is on its way is waited for, so that
 * nobody takes for not done what was done; where that stays open it is `Lost`, too.
 * @param {string} path below /api/sales
 * @param {object} body
 * @param {{ signal?: AbortSignal, reads?: boolean, again?: boolean, lane?: "front" | "back", done?: number }} [how]
 *   `done` is the code that a repeated call gets where the first one was carried out after all
 */
export async function call(path, body, { signal, reads = false, again = reads, lane = "front", done } = {}) {
  let doubt = false;
  const aborted = (reason) => {
    throw doubt && !reads ? new Lost("error.stoppedLost") : reason;
  };
  for (;;) {
    if (back && again) await unlessAborted(back, signal).catch(aborted);
    const answered = await turn(lane, signal).catch(aborted);
    const token = bearer();
    let response, answer;
    try {
      response = await fetch(`api/sales/${path}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: reads ? signal : undefined,
      }).finally(answered);
      answer = await response.json();
    } catch (error) {
      if (reads && signal?.aborted) throw error;
      doubt = true;
      const returned = untilBack();
      if (!again) throw new Lost();
      await unlessAborted(returned, signal).catch(aborted);
      continue;
    }
    if (response.ok) {
      if (!back) become("fine");
      return answer;
    }
    const busy = response.status === 503;
    if (response.status === 429 || (busy && again)) {
      doubt ||= busy;
      if (busy) become("busy");
      await unlessAborted(
        sleep(1000 * (Number(response.headers.get("Retry-After")) || 1) + Math.random() * 200),
        signal,
      ).catch(aborted);
      continue;
    }
    if (busy) throw new Lost("error.busyLost");
    if (response.status === 401 && (token === bearer() ? await unauthorized() : bearer())) continue;
    if (doubt && done !== undefined && answer.code === done) return answer;
    throw new Refused(response.status, answer, response.headers.get("x-request-id") ?? "–");
  }
}

/** Sends something on the way out of the page; what becomes of it nobody sees. */
export function sendOnLeaving(path, body) {
  fetch(`api/sales/${path}`, {
    method: "POST",
    keepalive: true,
    headers: { Authorization: `Bearer ${bearer()}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {});
}
