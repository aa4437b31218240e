// Keeps the page of a mailing true: live.js puts its figures in place as they come; what is drawn of them follows four times a minute.
import { refresh } from "./live.js";

const DRAWN_AGAIN = 15_000; // milliseconds
let waiting = 0;

document.querySelector(".mailing-head")?.addEventListener("live:figures", () => {
  if (!document.querySelector("#overview-main")) return;
  waiting ||= setTimeout(async () => {
    await refresh();
    waiting = 0;
  }, DRAWN_AGAIN);
});
