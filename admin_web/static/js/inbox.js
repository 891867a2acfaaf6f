// The Inbox: what changes comes as server-sent events, each for the part of the page that bears its name.

const live = document.querySelector("[data-events]");
const events = new EventSource(live.dataset.events);
for (const part of live.matches("[data-live]") ? [live] : live.querySelectorAll("[data-live]")) {
  events.addEventListener(part.dataset.live, (event) => {
    // What had the focus has it again, in what took its place.
    const focused = part.contains(document.activeElement) && document.activeElement.id;
    part.innerHTML = event.data;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  });
}
