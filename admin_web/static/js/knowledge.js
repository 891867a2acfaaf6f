// Knowledge: handing files in (dropped, chosen, whole folders), rows that change by themselves, choosing many.

import { toast } from "./admin.js";
import { fits, zipped, zippedSize } from "./zipping.js";

const page = document.querySelector("[data-knowledge]");
const base = page.dataset.base;
const limit = Number(page.dataset.maxMb) * 1024 * 1024;
const token = document.querySelector('meta[name="csrf-token"]').content;
const rows = () => document.getElementById("rows");

// ---- rows ----

function show(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  let missing = false;
  for (const row of [...holder.content.querySelectorAll("tr")]) {
    const there = document.getElementById(row.id);
    if (there) {
      const picked = there.querySelector("[data-pick]");
      const box = row.querySelector("[data-pick]");
      if (picked && box) box.checked = picked.checked;
      // A row whose button or box has the focus keeps it.
      const focused = there.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
      there.replaceWith(row);
      if (focused) row.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    } else if (page.dataset.firstPage === "yes" && rows()) {
      rows().prepend(row);
      if (rows().children.length > 60) rows().lastElementChild.remove();
    } else {
      missing = true;
      continue;
    }
    htmx.process(row);
  }
  if (missing && !rows()) reload();
}

let reloading = false;

// At most once in a while, and not put off for ever by a long import's steady changes.
function reload() {
  if (reloading) return;
  reloading = true;
  setTimeout(() => {
    reloading = false;
    // What somebody is choosing from stays as it is until they are done.
    if (document.querySelector("[data-pick]:checked")) return reload();
    htmx.ajax("GET", location.pathname + location.search, "#list");
  }, 1000);
}

const events = new EventSource(`${base}/events${location.search}`);
events.addEventListener("states", (event) => {
  const states = document.getElementById("states");
  if (states && !states.contains(document.activeElement)) states.innerHTML = event.data;
});
events.addEventListener("held", (event) => {
  const held = document.getElementById("held");
  if (held) held.innerHTML = event.data;
});
events.addEventListener("rows", (event) => show(event.data));
events.addEventListener("many", reload);
events.addEventListener("gone", (event) => {
  for (const id of event.data.split(",")) document.getElementById(`source-${id}`)?.remove();
});
window.addEventListener("pagehide", () => events.close());

// An address that is given again has its row already: the one that comes takes its place.
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target.id === "rows" && /<tr id="(source-\d+)"/.exec(event.detail.serverResponse);
  if (row) document.getElementById(row[1])?.remove();
});

// A row that is deleted hands the focus to its neighbour.
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target;
  if (!row.matches("tr[data-source]") || event.detail.serverResponse.includes("<tr")) return;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  setTimeout(() => neighbour?.querySelector(".item-title").focus(), 50);
});

// ---- handing in ----

const panel = page.querySelector("[data-uploads]");
const waiting = [];
const MARK = /(^|\/)(result\.json|(messages\d*|export_results)\.html)$/;
// The folder of its files by itself, and how it names what has no name of its own.
const OF_A_CHAT =
  /^(files|video_files|voice_messages|round_video_messages)\/|(^|\/)[a-z]+_\d+@\d\d-\d\d-\d{4}_\d\d-\d\d-\d\d[^/]*$/i;
const LISTED = /\.(srt|vtt|sbv|ass|ssa|mp4|mkv|webm|mov|avi|m4v|3gp)$/;
let running = 0;
let packing = 0;
let total = 0;
let done = 0;
const moving = new Map();
let bytes = 0;
let sent = 0;

function tell() {
  panel.hidden = total === 0;
  panel.querySelector("[data-upload-count]").textContent = `${done} / ${total}`;
  const now = sent + [...moving.values()].reduce((sum, each) => sum + each, 0);
  panel.querySelector("[data-upload-bar]").value = bytes ? Math.min(1, now / bytes) : 0;
}

// What is the same for several is said once, with their names behind it.
function problem(name, why) {
  const list = panel.querySelector("[data-upload-problems]");
  const named = Object.assign(document.createElement("bdi"), { textContent: name });
  const line = [...list.children].find((each) => each.dataset.why === why);
  if (!line) {
    const first = document.createElement("li");
    first.dataset.why = why;
    first.append(named, ` — ${why}`);
    list.append(first);
    return;
  }
  if (!line.querySelector("details")) {
    const names = document.createElement("ul");
    names.append(document.createElement("li"));
    names.firstChild.append(line.querySelector("bdi"));
    const all = document.createElement("details");
    all.append(document.createElement("summary"), names);
    line.replaceChildren(all);
  }
  const names = line.querySelector("ul");
  names.append(document.createElement("li"));
  names.lastChild.append(named);
  line.querySelector("summary").textContent = `${names.children.length} × ${why}`;
}

function opening() {
  if (running > 0 || waiting.length > 0 || packing > 0) return;
  [total, done, bytes, sent] = [0, 0, 0, 0];
  panel.querySelector("[data-upload-problems]").replaceChildren();
}

// As they stand now: what is still waiting keeps them when they are changed for the next files.
function chosen() {
  return {
    tier: document.querySelector('[name="add-tier"]').value.trim(),
    licence: document.querySelector('[name="add-licence"]').value.trim(),
    channel: document.querySelector('[name="add-channel"]').value.trim(),
    author: document.querySelector('[name="add-author"]').value.trim(),
  };
}

function unpackable(name) {
  panel.hidden = false;
  problem(name, page.dataset.textUnpackable);
}

function enqueue(files, options = chosen()) {
  if (!files.length) return;
  opening();
  for (const [file, name] of files) {
    total += 1;
    if (file.size > limit) {
      done += 1;
      problem(name, page.dataset.textLarge);
      continue;
    }
    bytes += file.size;
    waiting.push([file, name, options]);
  }
  tell();
  while (running < 3 && waiting.length) next();
}

// What only lies in a chat's export, without the messages that tell whose it is, is not handed in.
function withoutStrays(files) {
  if (files.some(([, path]) => MARK.test(path.toLowerCase()))) return files;
  const strays = new Set();
  const rest = files.filter(([, path]) => {
    const folder = path.split("/")[0];
    if (!OF_A_CHAT.test(path)) return true;
    strays.add(folder);
    return false;
  });
  panel.hidden = strays.size === 0 && panel.hidden;
  for (const folder of strays) problem(folder, page.dataset.textPart);
  return rest;
}

// A folder with an export in it goes as one zip: what of it may be learned from is told from all of it.
async function enqueueFolder(folder, given) {
  const name = `${folder}.zip`;
  const options = chosen();
  opening();
  packing += 1;
  const files = withoutStrays(given);
  try {
    if (!holdsExport(files)) {
      if (files.length > 1 && files.every(([, path]) => LISTED.test(path.toLowerCase()))) {
        panel.hidden = false;
        problem(folder, page.dataset.textFilms);
      }
      enqueue(files, options);
      return;
    }
    panel.hidden = false;
    if (!fits(files) || zippedSize(files) > limit) {
      problem(name, page.dataset.textFolderLarge);
    } else {
      const zip = await zipped(files);
      enqueue([[zip, name]], options);
    }
  } catch {
    unpackable(name);
  } finally {
    packing -= 1;
  }
}

// In doubt it is one: a zip of other files is read the same.
function holdsExport(files) {
  const paths = files.map(([, path]) => path.toLowerCase());
  return (
    paths.some((path) => /(^|\/)(takeout|youtube)[^/]*\//.test(path) || MARK.test(path)) ||
    (paths.some((path) => /\.(csv|json)$/.test(path)) && paths.some((path) => LISTED.test(path)))
  );
}

function next() {
  const [file, name, options] = waiting.shift();
  running += 1;
  const request = new XMLHttpRequest();
  request.open("POST", `${base}/files?${new URLSearchParams({ name, ...options })}`);
  request.setRequestHeader("X-CSRF-Token", token);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  // A failure then comes as JSON; a success is a row whatever is asked for.
  request.setRequestHeader("Accept", "application/json, text/html");
  request.upload.addEventListener("progress", (event) => {
    moving.set(request, event.loaded);
    tell();
  });
  request.addEventListener("loadend", () => {
    moving.delete(request);
    sent += file.size;
    running -= 1;
    done += 1;
    if (request.status === 200) {
      show(request.responseText);
      const known = request.getResponseHeader("x-known");
      if (known) problem(name, decodeURIComponent(known));
    } else {
      let why = page.dataset.textBroken;
      try {
        why = JSON.parse(request.responseText).message;
      } catch {
        // Not an answer of ours: the connection broke.
      }
      problem(name, why);
    }
    tell();
    if (waiting.length) next();
    else if (running === 0) finished();
  });
  request.send(file);
}

function finished() {
  if (!panel.querySelector("[data-upload-problems]").children.length) {
    setTimeout(() => running === 0 && (panel.hidden = true), 1500);
  }
  if (!rows() || total > 20) reload();
}

window.addEventListener("beforeunload", (event) => {
  if (running || packing) event.preventDefault();
});

for (const id of ["files", "folder"]) {
  const input = document.getElementById(id);
  input?.addEventListener("change", () => {
    const files = [...input.files].map((file) => [file, file.webkitRelativePath || file.name]);
    if (id === "folder" && files.length) enqueueFolder(files[0][1].split("/")[0], files);
    else enqueue(files);
    input.value = "";
  });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick-files]")) document.getElementById("files").click();
  if (event.target.closest("[data-pick-folder]")) document.getElementById("folder").click();
});

// ---- dropping anywhere on the page ----

const veil = document.querySelector("[data-veil]");
let inside = 0;

async function below(entry, path, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push([file, path + file.name]);
  } else {
    const reader = entry.createReader();
    // A folder is read in portions; the last one is empty.
    for (;;) {
      const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!portion.length) break;
      for (const each of portion) await below(each, `${path}${entry.name}/`, found);
    }
  }
}

if (veil) {
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    inside += 1;
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    inside -= 1;
    if (inside <= 0) veil.hidden = true;
  });
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    inside = 0;
    veil.hidden = true;
    // The list of items is emptied when this handler first waits, so take the entries before.
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const dropped = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const found = [];
    const folder = dropped.find((each) => each.isDirectory)?.name;
    try {
      for (const each of dropped) {
        if (each instanceof File) found.push([each, each.name]);
        else await below(each, "", found);
      }
    } catch {
      // What was read in part only may lack the list that tells what of it is private.
      opening();
      return unpackable(folder ?? dropped[0].name);
    }
    // What is dropped together belongs together: parts of an export, or its list beside its folders.
    if (folder) enqueueFolder(folder, found);
    else enqueue(found);
  });
}

// ---- choosing many ----

function picked() {
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  const boxes = [...document.querySelectorAll("[data-pick]")];
  const count = boxes.filter((each) => each.checked).length;
  bulk.hidden = count === 0;
  bulk.querySelector("[data-picked]").textContent = String(count);
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) {
    for (const each of document.querySelectorAll("[data-pick]")) each.checked = event.target.checked;
  }
  if (event.target.matches("[data-pick], [data-pick-all]")) picked();
});
document.addEventListener("htmx:afterSwap", picked);

// ---- the address ----

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-close-after]");
  if (!form || !event.detail.successful) return;
  form.closest("dialog").close();
  form.reset();
  if (!rows()) reload();
});

document.addEventListener("htmx:sendError", () => toast(page.dataset.textBroken, "danger"));
