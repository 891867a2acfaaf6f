// The frame's behaviour: theme, language, menus, dialogs, shortcuts, toasts, confirmation of what can't be undone.

const YEAR = 365 * 24 * 3600;
const $ = (selector, root = document) => root.querySelector(selector);

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

// ---- theme and language ----

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  const theme = choice.dataset.themeChoice;
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
  for (const each of document.querySelectorAll("[data-theme-choice]")) {
    each.setAttribute("aria-pressed", String(each === choice));
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-lang-choice]")) return;
  remember("lang", event.target.value);
  location.reload();
});

// ---- a new avatar's days are its creator's, unless another time zone is chosen ----

const zone = $("[data-own-zone] [name=time_zone]");
if (zone?.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || zone.value;

// ---- the side bar on a phone ----

const side = $("#side");
const toggle = $("#nav-toggle");
const backdrop = $("#side-backdrop");

function showSide(open) {
  side.classList.toggle("open", open);
  toggle.setAttribute("aria-expanded", String(open));
  backdrop.hidden = !open;
  if (open) $("a, button, summary", side).focus();
}

if (toggle) {
  toggle.addEventListener("click", () => showSide(!side.classList.contains("open")));
  backdrop.addEventListener("click", () => showSide(false));
}

// ---- menus: one open at a time, closed by Escape or a click elsewhere ----

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));

// ---- dialogs ----

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    closeMenus();
    document.getElementById(opener.dataset.open).showModal();
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// htmx asks before what `hx-confirm` marks; plain forms are marked with `data-confirm`.
function ask(question) {
  const dialog = $("#confirm");
  $("#confirm-text").textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  $("#confirm-yes").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (!question || event.target.dataset.confirmed) return;
  event.preventDefault();
  ask(question).then((yes) => {
    if (!yes) return;
    event.target.dataset.confirmed = "yes";
    event.target.requestSubmit();
  });
});

// ---- toasts ----

const toasts = $("#toasts");

export function toast(text, kind = "good") {
  const box = document.createElement("div");
  box.className = `toast toast-${kind}`;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  toasts.append(box);
  return box;
}

if (toasts) {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE) setTimeout(() => node.remove(), 8000);
      }
    }
  }).observe(toasts, { childList: true });
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast").remove();
});

// The server says what was done by a header: HX-Trigger: {"toast": "Saved"}.
document.addEventListener("toast", (event) => toast(event.detail.value));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(button.dataset.copied);
});

// ---- keys ----

let waitingForPlace = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = $("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (side?.classList.contains("open")) {
      showSide(false);
      toggle.focus();
    }
    return;
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
  if (waitingForPlace) {
    waitingForPlace = false;
    const link = [...document.querySelectorAll(".side-link[data-key]")].find((each) => each.dataset.key === event.key);
    link?.click();
  } else if (event.key === "g") {
    waitingForPlace = true;
    setTimeout(() => (waitingForPlace = false), 1200);
  } else if (event.key === "?") {
    $("#shortcuts").showModal();
  } else if (event.key === "/") {
    const search = $("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

// A partial that has replaced what had the focus gives it back to the element of the same id, if there is one.
document.addEventListener("htmx:afterSwap", (event) => {
  const wanted = event.detail.target.querySelector?.("[data-focus]");
  wanted?.focus();
});
