// Approvals: nothing that somebody is writing is taken from under their hands; keys on a card; the count beside.

const queue = document.querySelector("[data-queue]");
const cards = () => [...queue.querySelectorAll("[data-card]")];

function writing() {
  const fields = [...queue.querySelectorAll("textarea")];
  return fields.some((each) => each === document.activeElement || each.value !== each.defaultValue);
}

// The card that one works on, or the one that takes its place, has the focus when the list has come anew.
let working = null;
const remember = (card) => card && (working = { id: card.id, at: cards().indexOf(card) });

queue.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== queue) return remember(event.target.closest("[data-card]"));
  // What comes by itself waits while somebody writes. What they sent themselves comes at once.
  if (writing() || document.querySelector("dialog[open]")) event.preventDefault();
});
// What is being written on other cards than the one that was just decided on is written there afterwards, too.
const unsent = new Map();
queue.addEventListener("htmx:beforeSwap", (event) => {
  remember(document.activeElement?.closest("[data-card]"));
  const sent = event.detail.requestConfig?.elt;
  for (const each of queue.querySelectorAll("textarea")) {
    const elsewhere = sent === queue || !sent?.closest("[data-card]")?.contains(each);
    if (elsewhere && each.value !== each.defaultValue) unsent.set(each.id, each.value);
  }
});
// Not before it is settled: until then a press would send a form as browsers do, and ask nothing first.
queue.addEventListener("htmx:afterSettle", () => {
  const seen = document.getElementById("queue-seen");
  for (const badge of document.querySelectorAll("[data-count=approvals]")) {
    badge.textContent = seen.dataset.waitingShown;
    badge.hidden = seen.dataset.waiting === "0";
  }
  for (const [id, value] of unsent) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    const form = field.closest(".approval-edit");
    if (form) show(form, true);
  }
  unsent.clear();
  if (working && !queue.contains(document.activeElement)) {
    const left = cards();
    const next = document.getElementById(working.id) ?? left[Math.min(working.at, left.length - 1)];
    next?.focus();
  }
  working = null;
});

// While somebody writes, the answer as it was can't be sent in place of their words.
function show(form, open) {
  const opener = queue.querySelector(`[data-act][data-edit="${form.id}"]`);
  form.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  form.closest("[data-card]").querySelector("[data-act=s]").closest("form").hidden = open;
  return open ? form.querySelector("textarea") : opener;
}

function edit(id) {
  const form = document.getElementById(id);
  show(form, form.hidden).focus();
}

queue.addEventListener("click", (event) => {
  const button = event.target.closest("[data-edit]");
  if (button) edit(button.dataset.edit);
});

queue.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const form = event.target.closest(".approval-edit");
  if (form && event.key === "Escape") {
    form.reset();
    return edit(form.id);
  }
  // Letters count on a card itself alone: not in a field, nor on a button, where they could surprise.
  const card = event.target;
  if (!card.matches("[data-card]")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const all = cards();
    all[all.indexOf(card) + step]?.focus();
  } else if ("sed".includes(event.key)) {
    const act = card.querySelector(`[data-act=${event.key}]`);
    if (!act || act.closest("[hidden]")) return;
    event.preventDefault();
    if (act.matches("textarea")) act.focus();
    else act.click();
  }
});
