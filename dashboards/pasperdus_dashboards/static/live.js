// Keeps the live parts of a page current. The server writes every word and figure; this script only
// fetches the parts again when the collector tells of a change, and puts them in place.

const AT_MOST_EVERY_MS = 1000;
const AT_LEAST_EVERY_MS = 20_000; // nodes fall silent without any event
const PATIENCE_MS = 10_000;
const RETRY_MS = 5000;

const live = document.getElementById("live");
const lost = document.getElementById("lost");
let fetchedAt = 0;
let due;
let isFetching = false;
let isWanted = false;
let events;

function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (old === null) continue;
    for (const each of old.querySelectorAll("details[id][open]")) {
      part.querySelector(`#${CSS.escape(each.id)}`)?.setAttribute("open", ""); // as it was left
    }
    if (old.isEqualNode(part)) continue;
    const focused = document.activeElement?.closest("details[id]");
    const attributes = part.getAttributeNames();
    for (const name of attributes) old.setAttribute(name, part.getAttribute(name));
    old.replaceChildren(...part.childNodes);
    if (focused && !focused.isConnected) {
      document.getElementById(focused.id)?.querySelector("summary").focus();
    }
  }
  document.dispatchEvent(new CustomEvent("parts"));
}

async function refresh() {
  if (isFetching) {
    isWanted = true;
    return;
  }
  isFetching = true;
  isWanted = false;
  fetchedAt = performance.now();
  try {
    const answer = await fetch(live.dataset.parts, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    put(await answer.text());
    tell("");
  } catch {
    const clock = document.getElementById("clock").textContent;
    tell(lost.dataset.text.replace("{clock}", clock));
  } finally {
    isFetching = false;
    plan(isWanted ? AT_MOST_EVERY_MS : AT_LEAST_EVERY_MS);
  }
}

function plan(afterMs) {
  clearTimeout(due);
  due = setTimeout(refresh, Math.max(0, fetchedAt + afterMs - performance.now()));
}

function tell(text) {
  if (lost.textContent !== text) lost.textContent = text;
  live.classList.toggle("is-stale", text !== "");
}

function listen() {
  events = new EventSource(live.dataset.events);
  events.addEventListener("live", () => {
    if (isFetching) isWanted = true;
    else plan(AT_MOST_EVERY_MS);
  });
  events.addEventListener("error", () => {
    plan(AT_MOST_EVERY_MS); // says whether the collector is away
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
  });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) plan(AT_MOST_EVERY_MS);
});
window.addEventListener("pagehide", () => events.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) listen();
});
fetchedAt = performance.now();
plan(AT_LEAST_EVERY_MS);
listen();
