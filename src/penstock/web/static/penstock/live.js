// Keeps an open page true: what happens to mailings is told by /live (server-sent events) and put in place, within a second.
//
// A page takes part by its markup alone, and by loading this module:
//
//   data-mailing="7"             the element stands for mailing 7 (a row, or the page of the mailing); in it:
//   data-state="sending"           its state; a change to another one is said to those who do not see.
//   data-version="12"              its version. When a higher one is told it is out of date: a row of the board is fetched and put in
//                                  its place, on any other page the regions are (see below).
//   data-live="accepted"           its text is that figure. Figures: recipients, waiting, in_flight, accepted, delivered, deferred, bounced,
//                                  in_doubt, skipped, cancelled, expired, tried, settled, attempts, handed_off_percent, settled_percent,
//                                  rate ("1,200 a second"), left ("2 min 5 s", or "–"), time_left ("2 min 5 s left", or nothing). They come as text in the viewer's language.
//   svg[data-bar]                  the two-tone bar (the tag `bar`).
//   data-live-region (with an id)  a piece of the page that is fetched with the page again when something changed, and put in place.
//   data-live-only="7"           on any element: the page is about this one mailing, no other is told.
//   data-live-states="in_review"   on any element: a mailing that comes into one of these states concerns the page though it does not stand on it yet.
//   data-board="/board/rows"     the board: where rows are fetched.
//   data-live-on, data-live-off  shown while news come, and while they do not. Without scripts both stay hidden.
//
// After rows or regions were put in place "live:changed" is dispatched on the document; "live:figures" on each element of a mailing whose
// figures changed (detail: the figures as told).
import { morph } from "./morph.js";
import { areas, byRows, counts } from "./rows.js";

const QUIET = 30_000; // milliseconds after which a page that nobody sees stops listening: browsers allow few connections
const AGAIN = 15_000; // milliseconds between looks when the news cannot be heard
const TOGETHER = 60 + Math.random() * 200; // milliseconds in which changes are gathered; fifty pages do not all ask at one moment

const board = document.querySelector("[data-board]");
const states = document.querySelector("[data-live-states]")?.dataset.liveStates.split(" ") ?? [];
const only = document.querySelector("[data-live-only]")?.dataset.liveOnly;
let source = null;
let missed = false; // whether news may have been lost since the page was looked at
let gathered = new Map();
let gathering = 0;
let sleeping = 0;
let looking = 0;

function listen() {
  if (source) return;
  source = new EventSource(only ? `/live?mailing=${only}` : "/live");
  source.addEventListener("open", () => {
    show(true);
    clearInterval(looking);
    looking = 0;
    if (missed) refresh();
    missed = false;
  });
  source.addEventListener("error", lost);
  source.addEventListener("figures", event => figures(JSON.parse(event.data)));
  source.addEventListener("changes", event => changes(JSON.parse(event.data)));
  source.addEventListener("again", refresh);
  source.addEventListener("over", () => location.reload());
}

function silent() {
  source?.close();
  source = null;
  missed = true;
}

/** The browser tries again by itself, unless it was refused: then the page is looked at anew from time to time, and we try. */
function lost() {
  missed = true;
  show(false);
  if (source?.readyState !== EventSource.CLOSED || looking) return;
  source = null;
  looking = setInterval(() => {
    refresh();
    listen();
  }, AGAIN);
}

function show(on) {
  for (const each of document.querySelectorAll("[data-live-on]")) each.hidden = !on;
  for (const each of document.querySelectorAll("[data-live-off]")) each.hidden = on;
}

function figures(told) {
  for (const [mailing, values] of Object.entries(told)) {
    for (const there of document.querySelectorAll(`[data-mailing="${mailing}"]`)) {
      for (const [name, value] of Object.entries(values)) {
        if (name === "bar") bar(there, value);
        else for (const each of there.querySelectorAll(`[data-live="${name}"]`)) if (each.textContent !== value) each.textContent = value;
      }
      there.dispatchEvent(new CustomEvent("live:figures", { detail: values }));
    }
  }
}

function bar(there, [settled, handed, words]) {
  for (const drawn of there.querySelectorAll("svg[data-bar]")) {
    drawn.querySelector("[data-settled]").setAttribute("width", `${settled}%`);
    drawn.querySelector("[data-handed]").setAttribute("width", `${handed}%`);
    const named = drawn.dataset.bar ? `${drawn.dataset.bar}: ` : "";
    drawn.setAttribute("aria-label", named + words);
  }
}

function changes(told) {
  for (const each of told) gathered.set(each.id, each);
  gathering ||= setTimeout(() => {
    const now = [...gathered.values()];
    gathered = new Map();
    gathering = 0;
    takeUp(now);
  }, TOGETHER);
}

async function takeUp(told) {
  const fresh = told.filter(({ id, version, state }) => {
    const there = [...document.querySelectorAll(`[data-mailing="${id}"][data-version]`)];
    return there.length ? state === "gone" || there.some(each => Number(each.dataset.version) < version) : (board && state !== "gone") || states.includes(state);
  });
  if (!fresh.length) return;
  const news = fresh.filter(({ id, state }) => !document.querySelector(`[data-mailing="${id}"][data-state="${state}"]`));
  try {
    if (board) await byRows(board, fresh.map(each => each.id), refresh);
    else await refresh();
  } catch {
    missed = true; // the network is away: when it is back, everything is looked at
    return;
  }
  if (news.length) say(news.map(each => each.said).join(". "));
  document.dispatchEvent(new CustomEvent("live:changed", { detail: fresh }));
}

/** Look at the page again, and put its regions in place. */
export async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } }).catch(() => null);
  if (!answer?.ok) {
    missed = true;
    return;
  }
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
    location.reload();
    return;
  }
  take(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

/** Put the regions of another version of this page in place. */
export function take(page) {
  const before = board && counts(board);
  for (const region of document.querySelectorAll("[data-live-region]")) {
    const now = page.getElementById(region.id);
    if (now) morph(region, now);
  }
  if (board) areas(board, before);
  document.dispatchEvent(new CustomEvent("live:changed", { detail: [] }));
}

function say(words) {
  document.getElementById("said").textContent = words;
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(sleeping);
  if (document.hidden) sleeping = setTimeout(silent, QUIET);
  else listen();
});
window.addEventListener("pagehide", silent);
window.addEventListener("pageshow", event => event.persisted && listen());
if (board || document.querySelector("[data-mailing]")) listen();
