// A conversation kept live: optimistic sending with an id of its own, so that sending again changes nothing;
// lines and typing by server-sent events, resumed where they broke off.

const chat = document.querySelector("[data-chat]");
const find = (name) => chat.querySelector(`[data-${name}]`);
const log = find("log");
const scroller = find("scroll");
const composer = find("composer");
const box = composer.querySelector("textarea");
const send = composer.querySelector("[type=submit]");
const typing = find("typing");
const notice = find("notice");
const jump = find("jump");
const limit = Number(chat.dataset.max);

// ---- scrolling: stay at the end unless the reader has gone up ----

const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;

function toEnd() {
  // At once: on a smooth way down, the next line would find the reader not at the end.
  scroller.scrollTop = scroller.scrollHeight;
  jump.hidden = true;
}

scroller.addEventListener("scroll", () => {
  if (atEnd()) jump.hidden = true;
});
jump.addEventListener("click", () => toEnd());

// ---- times, in the reader's own zone and language ----

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });

function tellTimes(root) {
  for (const time of root.querySelectorAll("time[data-clock]")) {
    time.textContent = clock.format(new Date(time.dateTime));
  }
}

// ---- what arrives ----

// An answer stands under the message that it answers, also where more was said meanwhile.
function place(line) {
  const number = Number(line.dataset.message);
  const before = [...log.querySelectorAll("[data-message]")].filter((each) => Number(each.dataset.message) <= number);
  if (number && before.length) before.at(-1).after(line);
  else log.append(line);
}

function add(html) {
  const follow = atEnd();
  let added;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const line of [...holder.content.querySelectorAll(".line")]) {
    if (document.getElementById(line.id)) continue;
    const client = line.dataset.client;
    const pending = client && log.querySelector(`[data-pending="${CSS.escape(client)}"]`);
    if (pending) pending.replaceWith(line);
    else place(line);
    tellTimes(line);
    window.htmx?.process(line);
    if (line.dataset.author !== "fan") {
      showTyping(false);
      added ??= line;
    }
  }
  if (!follow) {
    jump.hidden = false;
    return;
  }
  toEnd();
  // What is longer than the window is read from its beginning.
  const over = added?.isConnected ? scroller.getBoundingClientRect().top - added.getBoundingClientRect().top : 0;
  if (over > 0) scroller.scrollTop -= over;
}

function showTyping(on) {
  if (typing.hidden === !on) return;
  const follow = atEnd();
  typing.hidden = !on;
  if (on && follow) toEnd();
}

function showWho(by) {
  for (const badge of document.querySelectorAll("[data-by]")) badge.hidden = badge.dataset.by !== by;
}

function listen() {
  const address = new URL(chat.dataset.events, location.href);
  address.searchParams.set("after", chat.dataset.cursor);
  const events = new EventSource(address);
  events.addEventListener("lines", (event) => add(event.data));
  events.addEventListener("typing", (event) => showTyping(event.data === "true"));
  events.addEventListener("person", (event) => showWho(event.data === "true" ? "person" : "avatar"));
  // All that was said is gone: here, too.
  events.addEventListener("erased", () => location.reload());
  // Too many listen: the server has told all there is, and is asked again in a moment. Nothing is lost.
  let later = false;
  events.addEventListener("later", () => (later = true));
  events.addEventListener("open", () => (find("offline").hidden = true));
  events.addEventListener("error", () => {
    find("offline").hidden = later;
    later = false;
    // The browser tries again by itself, except after a refusal.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
  window.addEventListener("pagehide", () => events.close(), { once: true });
}

// ---- sending ----

function tell(text) {
  notice.querySelector("[data-notice-text]").textContent = text;
  notice.hidden = !text;
}

function newId() {
  // randomUUID is missing on plain http other than the loopback.
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pendingLine(text, id) {
  const line = find("line").content.firstElementChild.cloneNode(true);
  line.dataset.pending = id;
  line.querySelector(".bubble").textContent = text;
  line.querySelector("[data-again]").addEventListener("click", () => {
    line.querySelector(".line-failed").hidden = true;
    post(text, id, line);
  });
  log.append(line);
  return line;
}

async function post(text, id, line) {
  line.classList.add("line-sending");
  showTyping(true);
  toEnd();
  let problem = "";
  try {
    const body = new FormData(composer);
    body.set("text", text);
    body.set("client_id", id);
    const answer = await fetch(composer.action, { method: "POST", body: new URLSearchParams(body), headers: { accept: "application/json" } });
    if (!answer.ok) problem = (await answer.json()).message;
  } catch {
    problem = null;
  }
  line.classList.remove("line-sending");
  if (problem === "") {
    find("offline").hidden = true;
    return tell("");
  }
  showTyping(false);
  line.querySelector(".line-failed").hidden = false;
  tell(problem ?? "");
  if (problem === null) find("offline").hidden = false;
}

function say(text) {
  const words = text.trim();
  if (!words || words.length > limit) return;
  find("samples")?.remove();
  const id = newId();
  post(words, id, pendingLine(words, id));
}

function count() {
  const length = box.value.trim().length;
  const label = find("count");
  label.hidden = length < limit * 0.8;
  label.textContent = `${length} / ${limit}`;
  label.classList.toggle("over", length > limit);
  send.disabled = length === 0 || length > limit;
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (send.disabled) return;
  say(box.value);
  box.value = "";
  count();
  box.focus();
});

box.addEventListener("keydown", (event) => {
  // 229: Safari ends a composition before this event, so isComposing alone would send half a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  composer.requestSubmit();
});

box.addEventListener("input", count);

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-say]");
  if (!chip) return;
  event.preventDefault();
  say(chip.dataset.say);
  box.focus();
});

// What a fan thinks of an answer: of both buttons one is pressed at most, and pressed again takes it back.
function showOpinion(buttons, kind) {
  for (const each of buttons) {
    const pressed = each.dataset.opinion === kind;
    each.setAttribute("aria-pressed", pressed);
    each.value = `${each.value.split(":")[0]}:${pressed ? "" : each.dataset.opinion}`;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-opinion]");
  if (!button) return;
  event.preventDefault();
  const buttons = [...button.parentElement.querySelectorAll("[data-opinion]")];
  const before = buttons.find((each) => each.getAttribute("aria-pressed") === "true")?.dataset.opinion;
  const body = new FormData(button.form);
  body.set("opinion", button.value);
  showOpinion(buttons, button.value.split(":")[1]);
  try {
    const answer = await fetch(button.form.action, { method: "POST", body: new URLSearchParams(body), headers: { accept: "application/json" } });
    if (answer.ok) {
      find("offline").hidden = true;
      return;
    }
  } catch {
    find("offline").hidden = false;
  }
  showOpinion(buttons, before);
});

document.querySelector("[data-lang]")?.addEventListener("change", (event) => event.target.form.submit());

tellTimes(log);
count();
// Nothing said yet: who speaks here, and that it is an AI, stands at the beginning.
if (log.querySelector("[data-author]")) toEnd();
listen();
