// The design document while it is written: changed step by step, and every step can be undone. It knows nothing of the page.
const MOST = 200; // steps that are remembered

export class Letter {
  constructor(words) {
    this.past = [];
    this.future = [];
    this.last = null;
    this.doc = read(words);
  }

  get words() {
    return JSON.stringify(this.doc, null, 1);
  }

  /** Carry out a step; those of one `key` that follow each other (typing in one field) are undone together. */
  change(step, key = null) {
    const before = this.words;
    step(this.doc);
    if (this.words === before) return false;
    if (key === null || key !== this.last) this.past.push(before);
    if (this.past.length > MOST) this.past.shift();
    this.last = key;
    this.future = [];
    return true;
  }

  /** Take the last step back; false where there is none. */
  undo() {
    return this.travel(this.past, this.future);
  }

  redo() {
    return this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return false;
    to.push(this.words);
    this.doc = JSON.parse(from.pop());
    this.last = null;
    return true;
  }

  /** The list of blocks at a place: `[]` the letter's, `[2, 1]` that of column 1 in block 2. */
  list(place) {
    return place.length ? this.doc.blocks[place[0]].columns[place[1]].blocks : this.doc.blocks;
  }

  /** Put a block at `index` of the list at `to`; taken from `from` (list and index) where it stands somewhere already. */
  move(from, to, index) {
    this.change(() => {
      const source = this.list(from.place);
      const target = this.list(to);
      const [block] = source.splice(from.index, 1);
      target.splice(source === target && from.index < index ? index - 1 : index, 0, block);
    });
  }
}

/** Which kinds stand inside columns. */
export const inColumns = kind => !["columns", "footer"].includes(kind);

function read(words) {
  let doc = null;
  try {
    doc = JSON.parse(words);
  } catch {
    doc = null;
  }
  if (typeof doc !== "object" || doc === null || Array.isArray(doc)) doc = {};
  doc.version ??= 1;
  if (typeof doc.settings !== "object" || doc.settings === null) doc.settings = {};
  if (!Array.isArray(doc.blocks)) doc.blocks = [];
  doc.blocks = doc.blocks.filter(block => typeof block === "object" && block !== null && typeof block.type === "string");
  for (const block of doc.blocks) {
    if (block.type !== "columns") continue;
    block.columns = Array.isArray(block.columns) ? block.columns : [];
    while (block.columns.length < 2) block.columns.push({ blocks: [] });
    for (const column of block.columns) column.blocks = Array.isArray(column.blocks) ? column.blocks : [];
  }
  return doc;
}
