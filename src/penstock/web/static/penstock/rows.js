// The rows of the board: those that changed are fetched and put where they belong.
import { morph, place } from "./morph.js";

const MOST = 40; // rows fetched at once; of more the whole page is

/** Fetch these mailings' rows and put them in place; `refresh` looks at the whole page instead. */
export async function byRows(board, mailings, refresh) {
  if (mailings.length > MOST || board.querySelector("[data-first]")) return refresh();
  const query = new URLSearchParams(mailings.map(id => ["id", id]));
  const answer = await fetch(`${board.dataset.board}?${query}`, { headers: { "HX-Request": "true" } });
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${answer.status}`);
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = focusWithin(board);
  const before = counts(board);
  const rows = new Map([...told.querySelectorAll("[data-fetched] > [data-mailing]")].map(row => [Number(row.dataset.mailing), row]));
  for (const id of mailings) put(board, id, rows.get(id));
  sequence(board, told);
  areas(board, before);
  waiting(told);
  focusAgain(focused);
}

/** Put the sequence in place, unless somebody holds one of its rows. */
export function sequence(board, told) {
  const there = board.querySelector("#sequence");
  const now = told.querySelector("#sequence");
  if (there && now && !there.querySelector("[data-held]")) morph(there, now);
}

function put(board, id, now) {
  const there = document.getElementById(`mailing-${id}`);
  if (!now) {
    if (there && !there.closest("#sequence")) there.remove();
    return;
  }
  const list = board.querySelector(`[data-rows="${now.dataset.in}"]`);
  if (!list) return;
  if (there) morph(there, now);
  const row = there ?? document.importNode(now, true);
  const next = [...list.children].find(each => each !== row && Number(each.dataset.order) > Number(row.dataset.order)) ?? null;
  place(list, row, next);
}

/** How many rows each area has. */
export function counts(board) {
  const areas = [...board.querySelectorAll("details[data-area]")];
  return new Map(areas.map(area => [area.dataset.area, area.querySelectorAll("[data-rows] > li").length]));
}

/** What stands around the rows: how many there are, what is said of none; what was empty `before` unfolds, what is empty now folds. */
export function areas(board, before) {
  for (const [name, number] of counts(board)) {
    const area = board.querySelector(`details[data-area="${name}"]`);
    area.querySelector("[data-count]").textContent = number + (area.dataset.more === undefined ? "" : "+");
    area.querySelector("[data-empty]").hidden = number > 0;
    if (!before.get(name) && number && name !== "drafts") area.open = true;
    if (before.get(name) && !number && !area.contains(document.activeElement)) area.open = false;
  }
}

function waiting(told) {
  const now = told.querySelector("[data-fetched]")?.dataset.waiting;
  const badge = document.querySelector("[data-waits]");
  if (badge && now !== undefined) {
    badge.textContent = now;
    badge.hidden = now === "0";
  }
}

/** What row has the focus, and which command of it. */
export function focusWithin(board) {
  const row = document.activeElement?.closest("[data-mailing]");
  return row && board.contains(row) ? { row, command: document.activeElement.closest("[data-command]")?.dataset.command } : null;
}

/** Where what had the focus is gone, its row has it: the same command, else the first, else the name. */
export function focusAgain(focused) {
  if (!focused?.row.isConnected || focused.row.contains(document.activeElement)) return;
  const { row, command } = focused;
  const wanted = (command && row.querySelector(`[data-command="${command}"]`))
    || row.querySelector(":scope > .actions > [data-command], :scope > .actions > form > [data-command]")
    || row.querySelector(":scope > .actions summary, a");
  wanted?.focus({ preventScroll: true });
}
