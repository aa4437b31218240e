// Passkeys and security keys: asks the browser for one (data-key="ask") or makes one (data-key="make"), and sends the form.
// The options stand in the page (#key-options), or are fetched from data-options. Without this script the other ways in remain.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function read(options) {
  const key = structuredClone(options.publicKey);
  key.challenge = bytes(key.challenge);
  if (key.user) key.user.id = bytes(key.user.id);
  for (const list of [key.excludeCredentials, key.allowCredentials]) {
    for (const each of list ?? []) each.id = bytes(each.id);
  }
  return { publicKey: key };
}

function written(credential) {
  const { response } = credential;
  const told = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) told[part] = text(response[part]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: told,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsOf(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("key-options").textContent);
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

function passwordless(options, wanted) {
  const choice = options.publicKey.authenticatorSelection;
  choice.residentKey = wanted ? "required" : "discouraged";
  choice.requireResidentKey = wanted;
  if (wanted) choice.userVerification = "required";
}

async function prove(form) {
  const options = await optionsOf(form);
  const makes = form.dataset.key === "make";
  if (makes) passwordless(options, form.elements.passwordless?.checked ?? false);
  const given = read(options);
  const credential = makes ? await navigator.credentials.create(given) : await navigator.credentials.get(given);
  form.elements.credential.value = JSON.stringify(written(credential));
  form.submit();
}

const named = !/^[\d.]+$|:/.test(location.hostname); // keys belong to a name: there are none for an IP address

if (window.PublicKeyCredential && named) {
  for (const form of document.querySelectorAll("form[data-key]")) {
    form.hidden = false;
    form.querySelector("[data-without]")?.remove();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const trouble = form.querySelector("[role=alert]");
      trouble.hidden = true;
      prove(form).catch(() => {
        trouble.hidden = false;
      });
    });
  }
}
