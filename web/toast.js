// What the page has to say without being asked: short notices, a way back for some seconds, and work that goes on
// while one does something else.
import { sendOnLeaving } from "./api.js";
import { h, icon } from "./dom.js";
import { Lost } from "./errors.js";
import { t } from "./i18n.js";
import { button, iconButton, stopButton } from "./parts.js";

/** How long there is a way back. */
const UNDO = 7000;
const NOTICE = 5000;

const shelf = () => document.getElementById("notices");
/** Screen readers hear this one; a notice that comes and goes with its buttons would be read twice. */
const voice = h("p.unseen", { role: "status" });

export function announce(text) {
  if (!voice.isConnected) shelf().append(voice);
  voice.textContent = voice.textContent === text ? `${text}\u00a0` : text;
}

/**
 * A notice. It waits while the focus is on it; a pointer that happens to lie there does not hold it up.
 * @param {string} text
 * @param {{ kind?: string, action?: { label: string, run: () => void }, ms?: number, gone?: () => void }} [how]
 */
export function toast(text, { kind = "", action, ms = action ? UNDO : NOTICE, gone } = {}) {
  let timer = 0;
  const close = () => {
    clearTimeout(timer);
    const focused = card.contains(document.activeElement);
    card.remove();
    // The focus is not lost with the button that it was on.
    if (focused) {
      const row = document.querySelector('.rows .row[tabindex="0"]');
      (row ?? document.querySelector("h1"))?.focus({ preventScroll: true });
    }
    gone?.();
  };
  const act =
    action &&
    button(action.label, {
      kind: "quiet",
      onclick: () => {
        gone = undefined;
        close();
        action.run();
      },
    });
  const card = h(
    "div",
    { class: `toast ${kind} ${action || gone ? "" : "brief"}` },
    kind && icon(kind === "bad" ? "alert" : "check"),
    h("p", text),
    act,
    iconButton(t("close"), "close", { onclick: close }),
    action && h("span.toast-time", { vars: { "--ms": `${ms}ms` } }),
  );
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(close, ms);
  };
  card.addEventListener("focusin", stop);
  card.addEventListener("focusout", start);
  shelf().append(card);
  // Of those that only say something the oldest make room; nothing depends on them.
  const brief = shelf().querySelectorAll(".brief");
  if (brief.length > 3) brief[0].remove();
  start();
  announce(action ? `${text} ${action.label}: Ctrl+Z` : text);
  return { card, close };
}

/** How many calls are sent at most when the page is left: more than that in a second would be refused. */
const MOST_ON_LEAVING = 9;
/** @typedef {[path: string, body: object]} Call */
/** What was asked for and is not carried out yet, newest last. @type {{ undo: () => void, calls: Call[], card: Element }[]} */
const pending = [];
/** What goes on and would be cut off. @type {Set<symbol>} */
const going = new Set();

/** Whether there is anything that would be lost with the page as it is. */
export const inHand = () => going.size + pending.length > 0;
/** Whether leaving would cut something off: a few calls can be sent on the way out; many, and what is half done, can't. */
export const cutsOff = () => going.size > 0 || pending.flatMap(({ calls }) => calls).length > MOST_ON_LEAVING;

/** While something goes on that leaving the page would cut off, the browser asks. @returns {() => void} ends it */
export function guardLeaving() {
  const one = Symbol();
  going.add(one);
  return () => going.delete(one);
}

/**
 * Carries something out after a while, unless it is taken back before. When the page is left, `calls` are sent at once.
 * @param {string} text @param {{ run: () => Promise<void>, restore: () => void, calls: Call[] }} how
 * @returns {() => Promise<void>} carries it out now; resolves when that is done
 */
export function undoable(text, { run, restore, calls }) {
  /** Nothing where the page has been left meanwhile, and was then come back to. */
  const drop = () => pending.includes(entry) && pending.splice(pending.indexOf(entry), 1);
  const take = () => {
    drop();
    restore();
    announce(t("undone"));
  };
  let done = Promise.resolve();
  const gone = () => {
    if (drop()) done = run().finally(guardLeaving());
  };
  const { card, close } = toast(text, { action: { label: t("undo"), run: take }, gone });
  const entry = { undo: () => card.querySelector("button").click(), calls, card };
  pending.push(entry);
  return () => {
    close();
    return done;
  };
}

/** Takes the last one back. @returns {boolean} whether there was one */
export function undoLast() {
  const last = pending.at(-1);
  last?.undo();
  return last !== undefined;
}

function sendPending() {
  const entries = pending.splice(0);
  entries.forEach(({ card }) => card.remove());
  const calls = entries.flatMap(({ calls }) => calls);
  // A part of what was asked for would be worse than nothing.
  if (calls.length <= MOST_ON_LEAVING) calls.forEach((call) => sendOnLeaving(...call));
}
addEventListener("pagehide", sendPending);
addEventListener("beforeunload", (event) => cutsOff() && event.preventDefault());

/** Before a user goes: what waits is sent, and what goes on holds up nothing any more. */
export function settle() {
  sendPending();
  going.clear();
}

/**
 * Work of many steps, with a bar and a way to stop it.
 * @param {string} title
 * @param {any[]} items
 * @param {(item: any, signal: AbortSignal) => Promise<void>} each
 * @returns {Promise<{ done: any[], failed: [any, unknown][], stopped: boolean }>}
 */
export async function job(title, items, each) {
  const stop = new AbortController();
  const bar = h("progress", { max: items.length, value: 0, "aria-label": title });
  const count = h("span.job-count", t("job.count", { n: 0, all: items.length }));
  const card = h(
    "div.toast.job",
    h("div.job-head", h("p", title), count, stopButton(t("stop"), stop, "quiet")),
    bar,
  );
  if (items.length > 1) shelf().append(card);
  const result = { done: [], failed: [], stopped: false };
  let next = 0;
  const worker = async () => {
    while (next < items.length && !stop.signal.aborted) {
      const item = items[next++];
      try {
        await each(item, stop.signal);
        result.done.push(item);
      } catch (error) {
        if (!stop.signal.aborted || error instanceof Lost) result.failed.push([item, error]);
      }
      bar.value = result.done.length + result.failed.length;
      count.textContent = t("job.count", { n: bar.value, all: items.length });
    }
  };
  const release = guardLeaving();
  await Promise.all([worker(), worker(), worker(), worker()]);
  release();
  card.remove();
  result.stopped = stop.signal.aborted;
  return result;
}
