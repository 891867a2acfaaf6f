// The Playground's panel: on a phone it lies over the chat and closes again.

const panel = document.getElementById("why");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== panel) return;
  panel.classList.add("open");
  panel.focus();
});

function close() {
  panel.classList.remove("open");
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-why-close]")) close();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && close());
