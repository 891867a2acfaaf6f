// Presses the button of a sign-in link for somebody who looks at it; what merely fetches or prerenders the page doesn't.

const form = document.querySelector("form[data-at-once]");

function go() {
  if (document.prerendering || document.visibilityState !== "visible" || form.dataset.sent) return;
  form.dataset.sent = "yes";
  form.requestSubmit();
  form.querySelector("button").disabled = true; // a click now would send it a second time
}

document.addEventListener("prerenderingchange", go);
document.addEventListener("visibilitychange", go);
go();
