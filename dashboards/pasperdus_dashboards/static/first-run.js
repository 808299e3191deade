// Waits for the first node and the first passage: looks when the collector tells of a change, and
// every few seconds, for a node that has told no event yet. Also copies a file's text.

const AT_LEAST_EVERY_MS = 3000;
const AT_MOST_EVERY_MS = 300;
const PATIENCE_MS = 10_000;
const RETRY_MS = 5000;

const watch = document.getElementById("watch");
const said = document.getElementById("seen-said");
let due;
let lookedAt = -Infinity;
let isLooking = false;

async function look() {
  if (isLooking) return;
  isLooking = true;
  lookedAt = performance.now();
  try {
    const answer = await fetch(watch.dataset.parts, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) put(await answer.text());
  } catch (error) {
    console.info(error); // the collector may be restarting: the next look will tell
  }
  isLooking = false;
  plan(AT_LEAST_EVERY_MS);
}

function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (old === null || old.isEqualNode(part)) continue;
    const sentence = part.querySelector(".seen-sentence");
    const before = old.querySelector(".seen-sentence");
    if (sentence !== null && sentence.textContent !== before?.textContent) {
      said.textContent = sentence.textContent;
    }
    for (const name of part.getAttributeNames()) old.setAttribute(name, part.getAttribute(name));
    if (old.contains(document.activeElement)) continue; // nobody loses the link under the finger
    old.replaceChildren(...part.childNodes);
  }
}

function plan(afterMs) {
  clearTimeout(due);
  due = setTimeout(look, Math.max(0, lookedAt + afterMs - performance.now()));
}

function listen() {
  const events = new EventSource(watch.dataset.events);
  events.addEventListener("live", () => plan(AT_MOST_EVERY_MS));
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
  });
  window.addEventListener("pagehide", () => events.close());
}

function offerCopy(button) {
  if (navigator.clipboard === undefined) return; // only on addresses that browsers call secure
  const told = document.getElementById("copied");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    told.textContent = button.dataset.copied;
  });
}

for (const button of document.querySelectorAll("[data-copies]")) offerCopy(button);
if (watch !== null) {
  plan(AT_LEAST_EVERY_MS);
  if (watch.dataset.events !== "") listen();
}
