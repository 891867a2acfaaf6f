// Passkeys in the browser: asks the site for options, the authenticator for an answer, and hands it back.

const problem = document.getElementById("passkey-problem");

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function post(path, body = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "x-csrf-token": document.querySelector("meta[name=csrf-token]").content,
    },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

// The JSON form of a credential, as far as the site reads it.
function toJson(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response };
}

const withBytes = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

async function signIn(next) {
  const options = await post("/sign-in/passkey/options");
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  return post("/sign-in/passkey", { credential: toJson(credential), next });
}

async function create(name) {
  const options = await post("/account/passkeys/options");
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  return post("/account/passkeys", { credential: toJson(credential), name });
}

// Says what went wrong: the authenticator's refusals in the page's words, the site's in its own.
function explain(error) {
  const words = problem.dataset;
  const named = { NotAllowedError: words.cancelled, InvalidStateError: words.known };
  problem.textContent = (error instanceof DOMException ? named[error.name] : error.message) || words.failed;
  problem.hidden = false;
}

async function run(button, work) {
  problem.hidden = true;
  if (!window.PublicKeyCredential) {
    explain(new Error(problem.dataset.unsupported));
    return;
  }
  button.disabled = true;
  try {
    location.assign((await work()).to);
  } catch (error) {
    explain(error);
    button.disabled = false;
  }
}

document.querySelector("button[data-passkey=get]")?.addEventListener("click", (event) => {
  const button = event.currentTarget;
  run(button, () => signIn(button.dataset.next));
});

document.querySelector("form[data-passkey=create]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  run(form.querySelector("[type=submit]"), () => create(form.elements.name.value));
});
