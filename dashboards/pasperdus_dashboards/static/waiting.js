// Before the first node: looks again from time to time, and reloads once there is something to show.

const EVERY_MS = 5000;
const PATIENCE_MS = 10_000;

async function look() {
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && fresh.querySelector("[data-waiting]") === null) {
      location.reload();
      return;
    }
    const trouble = fresh.getElementById("trouble");
    if (trouble !== null) document.getElementById("trouble").replaceChildren(...trouble.childNodes);
  } catch (error) {
    console.info(error); // the collector may be starting: the next look will tell
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
