// Draws each chart with Vega from the same specification as its still picture, which stays for
// printing and for when drawing fails.

const AT_MOST_EVERY_MS = 60_000;

const isNarrow = matchMedia("(max-width: 40rem)");
const isDark = matchMedia("(prefers-color-scheme: dark)");

function named(address, values) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  return url;
}

function keep(chart) {
  const drawn = chart.querySelector(".drawn");
  let drawnAt = 0;
  let due;

  async function draw() {
    drawnAt = performance.now();
    const address = named(chart.dataset.drawing, {
      size: isNarrow.matches ? "narrow" : "wide",
      theme: isDark.matches ? "dark" : "light",
      v: chart.dataset.version,
    });
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`the chart's data cannot be had: status ${answer.status}`);
    const specification = await answer.json();
    chart.classList.add("is-drawn");
    await window.vegaEmbed(drawn, specification, {
      actions: false,
      ast: true, // expressions are interpreted: the page's policy allows no eval
      defaultStyle: false,
      renderer: "svg",
      tooltip: { disableDefaultStyle: true },
    });
  }

  function drawOrShowPicture() {
    draw().catch((error) => {
      chart.classList.remove("is-drawn");
      console.warn(error);
    });
  }

  function follow() {
    const told = document.getElementById(chart.dataset.follows).dataset;
    if (told.chart === chart.dataset.version) return;
    clearTimeout(due);
    due = setTimeout(() => {
      chart.dataset.version = told.chart;
      for (const each of chart.querySelectorAll("source")) each.srcset = versioned(each.srcset);
      const picture = chart.querySelector("img");
      picture.src = versioned(picture.src);
      drawOrShowPicture();
    }, Math.max(0, drawnAt + AT_MOST_EVERY_MS - performance.now()));
  }

  function versioned(address) {
    return named(address, { v: chart.dataset.version }).href;
  }

  isNarrow.addEventListener("change", drawOrShowPicture);
  isDark.addEventListener("change", drawOrShowPicture);
  if (chart.dataset.follows) document.addEventListener("parts", follow);
  drawOrShowPicture();
}

for (const chart of document.querySelectorAll(".chart")) keep(chart);
