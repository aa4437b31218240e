// Reads messages from stdin, each after its length (four octets, big endian); writes what mailparser sees in each as a line of JSON.
const { simpleParser } = require("mailparser");

const OPTIONS = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true };
const people = (field) => (field ? field.value.map(({ name, address }) => [name, address]) : []);

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const input = Buffer.concat(chunks);
  for (let at = 0; at < input.length; ) {
    const begin = at + 4;
    at = begin + input.readUInt32BE(at);
    const mail = await simpleParser(input.subarray(begin, at), OPTIONS);
    const seen = {
      subject: mail.subject ?? "", from: people(mail.from), to: people(mail.to), replyTo: people(mail.replyTo),
      messageId: mail.messageId, date: mail.date, text: mail.text ?? null, html: mail.html || null,
      unsubscribe: mail.headers.get("list")?.unsubscribe?.url ?? null, attachments: mail.attachments.length,
      fields: mail.headerLines.map(({ key }) => key),
    };
    if (!process.stdout.write(JSON.stringify(seen) + "\n")) await new Promise((go) => process.stdout.once("drain", go));
  }
}

main();
