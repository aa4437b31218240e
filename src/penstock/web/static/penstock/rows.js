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
  const rows = new Map([...told.querySelectorAll("[data-fetched] > [data-mailing]")].map(row => [Number(row.dataset.mailing), row]));
  for (const id of mailings) put(board, id, rows.get(id));
  sequence(board, told);
  areas(board);
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

/** What stands around the rows: how many there are, what is said of none, and empty ones are folded. */
export function areas(board) {
  for (const area of board.querySelectorAll("details[data-area]")) {
    const number = area.querySelectorAll("[data-rows] > li").length;
    const count = area.querySelector("[data-count]");
    const before = Number.parseInt(count.textContent, 10);
    count.textContent = number + (area.dataset.more === undefined ? "" : "+");
    area.querySelector("[data-empty]").hidden = number > 0;
    if (before === 0 && number && area.dataset.area !== "drafts") area.open = true;
    if (before && number === 0 && !area.contains(document.activeElement)) area.open = false;
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

function focusWithin(board) {
  const row = document.activeElement?.closest("[data-mailing]");
  return row && board.contains(row) ? { row, command: document.activeElement.closest("[data-command]")?.dataset.command } : null;
}

/** Where what had the focus is gone, its row has it: the same command, else the first, else the name. */
function focusAgain(focused) {
  if (!focused?.row.isConnected || focused.row.contains(document.activeElement)) return;
  const { row, command } = focused;
  const wanted = (command && row.querySelector(`[data-command="${command}"]`)) || row.querySelector("[data-command], a");
  wanted?.focus({ preventScroll: true });
}
