// Draws each chart with Vega from the same specification as its still picture, which stays for
// printing and for when drawing fails.

const DRAWN_AT_MOST_EVERY_MS = 2000;
const PICTURED_AT_MOST_EVERY_MS = 60_000; // the server draws a picture no more often

const isNarrow = matchMedia("(max-width: 40rem)");
const isDark = matchMedia("(prefers-color-scheme: dark)");

function named(address, values) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  return url;
}

function keep(chart) {
  const drawn = chart.querySelector(".drawn");
  const drawable = chart.closest(".drawable");
  const folded = chart.closest("details"); // nothing has a width in there while it is closed
  let drawnAt = -Infinity;
  let picturedAt = performance.now();
  let drawingDue;
  let pictureDue;
  let isDrawing = false;

  async function draw() {
    const address = named(chart.dataset.drawing, {
      size: isNarrow.matches ? "narrow" : "wide",
      theme: isDark.matches ? "dark" : "light",
      v: chart.dataset.version,
    });
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`the chart's data cannot be had: status ${answer.status}`);
    const specification = await answer.json();
    // The proportions of the picture, so that nothing moves when it is drawn over.
    drawn.style.aspectRatio = isNarrow.matches ? chart.dataset.narrow : chart.dataset.wide;
    const leastHeight = specification.usermeta?.least_height;
    drawn.style.minHeight = leastHeight === undefined ? "" : `${leastHeight}px`;
    chart.classList.add("is-drawn");
    await window.vegaEmbed(drawn, specification, {
      actions: false,
      ast: true, // expressions are interpreted: the page's policy allows no eval
      defaultStyle: false,
      renderer: "svg",
      tooltip: { disableDefaultStyle: true },
    });
    // Paper shows the still picture: have it at hand before somebody prints.
    const still = chart.querySelector(".still img");
    if (still !== null) still.loading = "eager";
  }

  async function drawOrShowPicture() {
    if (chart.dataset.version === "" || (folded !== null && !folded.open)) return;
    if (isDrawing) {
      plan();
      return;
    }
    isDrawing = true;
    drawnAt = performance.now();
    try {
      await draw();
    } catch (error) {
      chart.classList.remove("is-drawn");
      console.warn(error);
    } finally {
      isDrawing = false;
    }
  }

  function plan() {
    clearTimeout(drawingDue);
    const waitMs = Math.max(0, drawnAt + DRAWN_AT_MOST_EVERY_MS - performance.now());
    drawingDue = setTimeout(drawOrShowPicture, waitMs);
  }

  function follow() {
    const version = document.getElementById(chart.dataset.follows).dataset.version;
    if (version === chart.dataset.version) return;
    chart.dataset.version = version;
    if (drawable !== null) drawable.hidden = version === "";
    if (version === "") return;
    const waiting = chart.querySelector("template");
    if (waiting !== null) {
      waiting.replaceWith(waiting.content);
      picture();
    }
    plan();
    clearTimeout(pictureDue);
    const waitMs = Math.max(0, picturedAt + PICTURED_AT_MOST_EVERY_MS - performance.now());
    pictureDue = setTimeout(picture, waitMs);
  }

  function picture() {
    picturedAt = performance.now();
    const versioned = (address) => named(address, { v: chart.dataset.version }).href;
    for (const each of chart.querySelectorAll("source")) each.srcset = versioned(each.srcset);
    const still = chart.querySelector("img");
    still.src = versioned(still.src);
  }

  isNarrow.addEventListener("change", drawOrShowPicture);
  isDark.addEventListener("change", drawOrShowPicture);
  if (folded !== null) folded.addEventListener("toggle", drawOrShowPicture);
  if (chart.dataset.follows) document.addEventListener("parts", follow);
  drawOrShowPicture();
}

for (const chart of document.querySelectorAll(".chart")) keep(chart);
