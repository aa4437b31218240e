// A centre of the npm package `smpp`: what it does is told in centre.py, which starts it, scripts it and reads its log.
// Arguments: log, orders (JSON; `tls` among the first ones: a PEM file of key and certificate to speak TLS with). Writes its port to stdout; further orders come as lines of JSON on stdin, each answered by a line; ends with stdin.
const fs = require("fs");
const readline = require("readline");
const smpp = require("smpp");

const log = fs.openSync(process.argv[2], "a");
const sessions = new Map(); // number -> session that is bound
const messages = new Map(); // id -> { source, destination, state }
const due = []; // receipts to be sent, oldest first
const onTheWay = new Map(); // session number -> receipts without an answer yet
let rules = [], receipts = {}, opened = 0, made = 0, receipted = 0;

const note = (kind, session, more) =>
  fs.writeSync(log, JSON.stringify({ at: Number(process.hrtime.bigint()), kind, session: session.number, ...more }) + "\n");
const nth = (count, every) => Boolean(every) && count % every === 0;

// What the first rule that fits orders for this request; undefined: as usual.
function ordered(on, number = "") {
  for (const rule of rules) {
    if (rule.on !== on || (rule.number && !new RegExp(rule.number).test(number))) continue;
    const seen = (rule.seen = (rule.seen ?? 0) + 1) - (rule.from ?? 1);
    if (seen < 0 || seen % (rule.every ?? 1) || (rule.fired ?? 0) >= (rule.count ?? Infinity)) continue;
    rule.fired = (rule.fired ?? 0) + 1;
    return rule;
  }
}

// What stood in the buffer behind it is never read.
function ended(session, close = "destroy") {
  session.pause();
  session.socket[close]();
  session.socket.removeAllListeners("readable").resume(); // or it would wait for a reader, and never close
}

// Answer as the rule says; `usual` answers as if there were none.
function obey(session, pdu, rule, usual) {
  switch (rule?.do) {
    case undefined: return usual();
    case "cut": return ended(session);
    case "silent": return;
    case "nack": return session.generic_nack({ sequence_number: pdu.sequence_number, command_status: rule.status ?? 0x08 });
    case "slow": return void setTimeout(usual, rule.ms);
    case "answer and cut": usual(); return void ended(session, "end");
    default: return session.send(pdu.response({ command_status: rule.status }));
  }
}

function bound(session, pdu) {
  const rule = ordered("bind");
  note("bind", session, { command: pdu.command, system: pdu.system_id, status: rule?.status ?? 0 });
  obey(session, pdu, rule, () => {
    session.hears = pdu.command !== "bind_transmitter";
    sessions.set(session.number, session);
    session.send(pdu.response({ system_id: "foreign" }));
    pump();
  });
}

const FATES = { cut: "X", silent: "X", slow: "A", "answer and cut": "A", refuse: "R", nack: "R", lose: "L", "lose and cut": "L" };

function submitted(session, pdu) {
  const number = pdu.destination_addr, rule = ordered("submit_sm", number);
  const fate = rule ? FATES[rule.do] : "A", taken = "AX".includes(fate);
  const id = taken ? (++made + 0xa0000000).toString(16) : "";
  note("submit", session, { fate, id, number, sender: pdu.source_addr, status: rule?.status ?? 0, ...content(pdu) });
  if (taken) {
    messages.set(id, { source: pdu.source_addr, destination: number, state: 1 });
    if (pdu.registered_delivery & 1) promise(id, session);
  }
  if (fate === "L") return rule.do === "lose" ? undefined : ended(session);
  obey(session, pdu, rule, () => session.send(pdu.response({ message_id: id })));
}

// The text as this library reads it, and how the parts hang together.
function content(pdu) {
  const { udh = [], message } = pdu.message_payload ?? pdu.short_message;
  const numbered = udh.find((each) => each[0] === 0x00 || each[0] === 0x08);
  const [reference, parts, part] = !numbered ? [pdu.sar_msg_ref_num ?? 0, pdu.sar_total_segments ?? 1, pdu.sar_segment_seqnum ?? 1]
    : numbered[0] === 0x08 ? [numbered.readUInt16BE(2), numbered[4], numbered[5]] : [...numbered.subarray(2)];
  return { reference, parts, part, coding: pdu.data_coding, text: String(message), registered: pdu.registered_delivery };
}

// A receipt that is owed: now, later, twice, never, before the answer.
function promise(id, session) {
  const turn = ++receipted;
  const receipt = { id, failed: nth(turn, receipts.failed) };
  messages.get(id).state = receipt.failed ? 5 : 2;
  if (nth(turn, receipts.lost) || receipts.off) return;
  if (nth(turn, receipts.early) && session.hears) deliver(session, receipt);
  else due.push({ ...receipt, at: Date.now() + (receipts.after ?? 0) });
  if (nth(turn, receipts.double)) due.push({ ...receipt, at: Date.now() + (receipts.after ?? 0) });
  setTimeout(pump, receipts.after ?? 0);
}

// Whoever listens gets what is due, a hundred at a time.
function pump() {
  if (receipts.held) return;
  for (const session of sessions.values()) {
    while (due.length && due[0].at <= Date.now() && session.hears && (onTheWay.get(session.number)?.size ?? 0) < 100)
      deliver(session, due.shift());
  }
}

function deliver(session, receipt) {
  const rule = ordered("receipt"), { source, destination } = messages.get(receipt.id);
  if (!onTheWay.has(session.number)) onTheWay.set(session.number, new Set());
  onTheWay.get(session.number).add(receipt);
  note("receipt", session, { id: receipt.id, number: destination, state: receipt.failed ? "UNDELIV" : "DELIVRD" });
  if (rule?.do === "cut") return ended(session);
  const given = { esm_class: 4, source_addr: destination, source_addr_ton: 1, source_addr_npi: 1, destination_addr: source, ...written(receipt) };
  session.deliver_sm(given, (answer) => {
    const rule = ordered("deliver_sm_resp");
    note("confirmed", session, { id: receipt.id, status: answer.command_status });
    if (answer.command_status === 0) onTheWay.get(session.number)?.delete(receipt);
    else again(session, receipt, 200);
    if (rule) return ended(session);
    pump();
  });
  if (rule?.do === "answer and cut") ended(session, "end");
}

function again(session, receipt, ms) {
  onTheWay.get(session.number)?.delete(receipt);
  due.push({ ...receipt, at: Date.now() + ms });
  setTimeout(pump, ms);
}

function written({ id, failed }) {
  const [stat, err, good] = failed ? ["UNDELIV", "001", "000"] : ["DELIVRD", "000", "001"];
  switch (receipts.form) {
    case "tlv": return { short_message: "", receipted_message_id: id, message_state: failed ? 5 : 2 };
    case "decimal": id = String(parseInt(id, 16)).padStart(10, "0"); // falls through
    case undefined: case "usual":
      return { short_message: `id:${id} sub:001 dlvrd:${good} submit date:2601011200 done date:2601011201 stat:${stat} err:${err} text:hello` };
    default: return { short_message: `Stat:${stat}  ID:${id.toUpperCase()} Done Date:260101120130 ERR:${err}` };
  }
}

function asked(session, pdu) {
  const known = messages.get(pdu.message_id);
  note("query", session, { id: pdu.message_id, state: known?.state ?? 0 });
  obey(session, pdu, ordered("query_sm"), () => session.send(pdu.response(known
    ? { message_id: pdu.message_id, message_state: known.state, final_date: "" } : { command_status: 0x67 })));
}

const { tls, ...first } = JSON.parse(process.argv[3]);
const pem = tls && fs.readFileSync(tls);
const server = smpp.createServer(pem ? { key: pem, cert: pem } : {}, (session) => {
  session.number = ++opened;
  const rule = ordered("connect");
  if (rule) return ended(session);
  for (const kind of ["transceiver", "transmitter", "receiver"]) session.on(`bind_${kind}`, (pdu) => bound(session, pdu));
  session.on("submit_sm", (pdu) => sessions.has(session.number) ? submitted(session, pdu) : session.send(pdu.response({ command_status: 0x04 })));
  session.on("query_sm", (pdu) => asked(session, pdu));
  session.on("enquire_link", (pdu) => obey(session, pdu, ordered("enquire_link"), () => session.send(pdu.response())));
  session.on("unbind", (pdu) => { session.unbound = true; obey(session, pdu, ordered("unbind"), () => session.send(pdu.response(), () => session.close())); });
  session.on("unknown", (pdu) => session.send(pdu.response()));
  session.on("error", () => {}); // a client that was killed; "close" follows
  session.on("close", () => {
    note("closed", session, { unbound: Boolean(session.unbound) });
    sessions.delete(session.number);
    for (const receipt of onTheWay.get(session.number) ?? []) again(session, receipt, 0); // nobody has confirmed them
  });
});

function order(given) {
  if (given.rules) rules = given.rules;
  if (given.receipts) receipts = given.receipts;
  const hearing = [...sessions.values()].filter((each) => each.hears);
  for (const { from, to, text } of given.messages ?? []) hearing[0].deliver_sm({ source_addr: from, source_addr_ton: 1, destination_addr: to, short_message: text });
  for (const each of [...sessions.values()].slice(0, given.cut ?? 0)) ended(each);
  if (given.unbind) sessions.forEach((each) => each.unbind());
  if (given.octets) sessions.forEach((each) => each.socket.write(Buffer.from(given.octets, "hex")));
  pump();
}

order(first);
readline.createInterface({ input: process.stdin }).on("line", (line) => { order(JSON.parse(line)); console.log("done"); }).on("close", () => process.exit());
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
